import type { DatabaseSync } from 'node:sqlite';
import type { Descriptor } from '../../core/oci/index.ts';
import { migrate, transaction } from './database.ts';

/** What a name in the store stands for. */
export interface ImageRecord {
  readonly descriptor: Descriptor;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** The names of the store's images, in full form: `docker.io/library/app:latest`. */
export class ImageTable {
  readonly #open: () => DatabaseSync;
  #db: DatabaseSync | undefined;

  constructor(open: () => DatabaseSync) {
    this.#open = open;
  }

  get(name: string): ImageRecord | undefined {
    const row = this.#database().prepare('SELECT descriptor, created_at_ms FROM images WHERE name = ?').get(name);
    return row && recordOf(row as unknown as Row);
  }

  /** Sorted by name. */
  list(): (ImageRecord & { readonly name: string })[] {
    const rows = this.#database().prepare('SELECT name, descriptor, created_at_ms FROM images ORDER BY name').all() as unknown as Row[];
    return rows.map((row) => ({ name: row.name, ...recordOf(row) }));
  }

  /** Sets the names all at once. Writes nothing where they stand so already. */
  set(names: string | readonly string[], record: ImageRecord): void {
    const descriptor = JSON.stringify(record.descriptor);
    const stale = [names].flat().filter((name) => {
      const old = this.get(name);
      return old === undefined || old.createdAtMs !== record.createdAtMs || JSON.stringify(old.descriptor) !== descriptor;
    });
    if (stale.length === 0) return;
    const db = this.#database();
    transaction(db, () => {
      const insert = db.prepare('INSERT OR REPLACE INTO images (name, descriptor, created_at_ms) VALUES (?, ?, ?)');
      for (const name of stale) insert.run(name, descriptor, record.createdAtMs);
    });
  }

  /** Whether there was such a name. */
  delete(name: string): boolean {
    return this.#database().prepare('DELETE FROM images WHERE name = ?').run(name).changes > 0;
  }

  #database(): DatabaseSync {
    const db = this.#open();
    // It is another one after damage.
    if (this.#db === db) return db;
    migrate(db, 'images', ['CREATE TABLE images (name TEXT PRIMARY KEY, descriptor TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT']);
    return (this.#db = db);
  }
}

interface Row {
  readonly name: string;
  readonly descriptor: string;
  readonly created_at_ms: number;
}

function recordOf(row: Row): ImageRecord {
  return { descriptor: JSON.parse(row.descriptor) as Descriptor, createdAtMs: row.created_at_ms };
}
