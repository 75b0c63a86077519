import { transaction, type Store } from '../../host/content/index.ts';
import type { Digest, DiffID, TreeID } from '../../core/oci/index.ts';
import type { CacheRecord, CacheStore } from '../../decide/solver/index.ts';
import { ensureCacheTables } from './schema.ts';

export interface RecordStoreOptions {
  readonly store: Store;
  readonly now: () => number;
  /** Whether a layer is in the store or can be fetched. */
  readonly layerAvailable: (diffID: DiffID) => boolean;
  /** Notes that layers are in use, for least-recently-used collection. */
  readonly touchLayers?: (diffIDs: readonly DiffID[]) => void;
}

/** Uses are noted no more often than this, so that a build that is cached throughout writes nothing. */
const useIntervalMs = 10 * 60_000;

/** Cache records in the store's database. Uses are noted in memory and written by `flush`, in one transaction. */
export class RecordStore implements CacheStore {
  readonly #options: RecordStoreOptions;
  /** With the layers of each. */
  readonly #used = new Map<Digest, readonly DiffID[]>();
  #ready = false;

  constructor(options: RecordStoreOptions) {
    this.#options = options;
  }

  get(key: Digest): CacheRecord | undefined {
    const row = this.#db().prepare('SELECT tree_id, layers, created_at_ms, last_used_ms FROM cache_records WHERE key = ?').get(key) as Row | undefined;
    if (row === undefined) return undefined;
    const layers = layersOf(row);
    if (!layers.every((layer) => this.#options.layerAvailable(layer))) return undefined;
    if (this.#options.now() - row.last_used_ms > useIntervalMs) this.#used.set(key, layers);
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

  /** Notes that records and their layers were used now, where that was long ago. */
  flush(): void {
    if (this.#used.size === 0) return;
    const db = this.#db();
    const update = db.prepare('UPDATE cache_records SET last_used_ms = ? WHERE key = ?');
    const now = this.#options.now();
    transaction(db, () => {
      for (const key of this.#used.keys()) update.run(now, key);
    });
    this.#options.touchLayers?.([...new Set([...this.#used.values()].flat())]);
    this.#used.clear();
  }

  /** Removes records that name layers which are no more; gives how many. */
  removeStale(): number {
    const db = this.#db();
    const rows = db.prepare('SELECT key, layers FROM cache_records').all() as unknown as (Row & { readonly key: Digest })[];
    const stale = rows.filter((row) => !layersOf(row).every((layer) => this.#options.layerAvailable(layer)));
    const remove = db.prepare('DELETE FROM cache_records WHERE key = ?');
    if (stale.length > 0)
      transaction(db, () => {
        for (const row of stale) remove.run(row.key);
      });
    return stale.length;
  }

  #db(): ReturnType<Store['db']> {
    const db = this.#options.store.db();
    if (!this.#ready) ensureCacheTables(db);
    this.#ready = true;
    return db;
  }
}

interface Row {
  readonly tree_id: TreeID;
  readonly layers: string;
  readonly created_at_ms: number | null;
  readonly last_used_ms: number;
}

function layersOf({ layers }: Row): DiffID[] {
  return layers === '' ? [] : (layers.split(' ').map((hex) => `sha256:${hex}`) as DiffID[]);
}
