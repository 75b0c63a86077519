import type { DatabaseSync } from 'node:sqlite';

/** Makes the tables of this room where they are missing. */
export function ensureCacheTables(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS cache_records (
      key TEXT PRIMARY KEY, tree_id TEXT NOT NULL, layers TEXT NOT NULL, created_at_ms INTEGER, last_used_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS cache_memo (key TEXT PRIMARY KEY, value TEXT NOT NULL, last_used_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS layer_sources (
      diff_id TEXT NOT NULL, reference TEXT NOT NULL, descriptor TEXT NOT NULL, last_used_ms INTEGER NOT NULL, PRIMARY KEY (diff_id, reference)
    ) WITHOUT ROWID;
  `);
}
