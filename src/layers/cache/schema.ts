import type { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../host/content/index.ts';

/** Makes the tables of this room where they are missing. */
export function ensureCacheTables(db: DatabaseSync): void {
  migrate(db, 'cache', [
    `CREATE TABLE cache_records (
      key TEXT PRIMARY KEY, tree_id TEXT NOT NULL, layers TEXT NOT NULL, created_at_ms INTEGER, last_used_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE cache_memo (key TEXT PRIMARY KEY, value TEXT NOT NULL, last_used_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE layer_sources (
      diff_id TEXT NOT NULL, reference TEXT NOT NULL, descriptor TEXT NOT NULL, last_used_ms INTEGER NOT NULL, PRIMARY KEY (diff_id, reference)
    ) STRICT, WITHOUT ROWID;`,
    // Layers of COPY, ADD and WORKDIR lacked the folders that they put something into.
    'DELETE FROM cache_records',
  ]);
}
