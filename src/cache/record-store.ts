import { transaction, type Store } from '../content/index.ts';
import type { Digest, DiffID, TreeID } from '../oci/index.ts';
import type { CacheRecord, CacheStore } from '../solver/index.ts';
import { ensureCacheTables } from './schema.ts';

export interface RecordStoreOptions {
  readonly store: Store;
  readonly now: () => number;
  /** Whether a layer is in the store or can be fetched. */
  readonly layerAvailable: (diffID: DiffID) => boolean;
}

/** Cache records in the store's database. Uses are noted in memory and written by `flush`, in one transaction. */
export class RecordStore implements CacheStore {
  readonly #options: RecordStoreOptions;
  readonly #used = new Set<Digest>();
  #ready = false;

  constructor(options: RecordStoreOptions) {
    this.#options = options;
  }

  get(key: Digest): CacheRecord | undefined {
    const row = this.#db().prepare('SELECT tree_id, layers, created_at_ms FROM cache_records WHERE key = ?').get(key) as
      | { tree_id: TreeID; layers: string; created_at_ms: number | null }
      | undefined;
    if (row === undefined) return undefined;
    const layers = row.layers === '' ? [] : (row.layers.split(' ').map((hex) => `sha256:${hex}`) as DiffID[]);
    if (!layers.every((layer) => this.#options.layerAvailable(layer))) return undefined;
    this.#used.add(key);
    return { treeID: row.tree_id, layers, ...(row.created_at_ms === null ? {} : { createdAtMs: row.created_at_ms }) };
  }

  put(key: Digest, record: CacheRecord): void {
    this.#db()
      .prepare('INSERT OR REPLACE INTO cache_records (key, tree_id, layers, created_at_ms, last_used_ms) VALUES (?, ?, ?, ?, ?)')
      .run(key, record.treeID, record.layers.map((layer) => layer.slice(7)).join(' '), record.createdAtMs ?? null, this.#options.now());
  }

  async lock(key: Digest, signal: AbortSignal): Promise<AsyncDisposable> {
    const lock = await this.#options.store.lock(`key-${key.slice(7)}`, signal);
    return {
      [Symbol.asyncDispose]: async () => {
        lock.release();
      },
    };
  }

  /** Notes in the database that the records were used now. */
  flush(): void {
    if (this.#used.size === 0) return;
    const db = this.#db();
    const update = db.prepare('UPDATE cache_records SET last_used_ms = ? WHERE key = ?');
    const now = this.#options.now();
    transaction(db, () => {
      for (const key of this.#used) update.run(now, key);
    });
    this.#used.clear();
  }

  #db(): ReturnType<Store['db']> {
    const db = this.#options.store.db();
    if (!this.#ready) ensureCacheTables(db);
    this.#ready = true;
    return db;
  }
}
