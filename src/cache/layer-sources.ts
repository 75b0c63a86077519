import type { Store } from '../content/index.ts';
import type { Descriptor, DiffID } from '../oci/index.ts';
import { ensureCacheTables } from './schema.ts';

export interface LayerSource {
  /** Full reference of the repository's image, as `docker.io/library/alpine:3.19`. */
  readonly reference: string;
  readonly descriptor: Descriptor;
}

/** Which registries hold which layers, so that a layer can be fetched when its bytes are first needed, and mounted across repositories. */
export class LayerSources {
  readonly #store: Store;
  readonly #now: () => number;
  #ready = false;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Newest first. */
  of(diffID: DiffID): LayerSource[] {
    const rows = this.#db().prepare('SELECT reference, descriptor FROM layer_sources WHERE diff_id = ? ORDER BY last_used_ms DESC').all(diffID) as {
      reference: string;
      descriptor: string;
    }[];
    return rows.map((row) => ({ reference: row.reference, descriptor: JSON.parse(row.descriptor) as Descriptor }));
  }

  /** Remembers the layers of an image that was resolved; does nothing where that is known already. */
  add(reference: string, layers: readonly { readonly diffID: DiffID; readonly descriptor: Descriptor }[]): void {
    const db = this.#db();
    const known = db.prepare('SELECT descriptor FROM layer_sources WHERE diff_id = ? AND reference = ?');
    const missing = layers.filter((layer) => {
      const row = known.get(layer.diffID, reference) as { descriptor: string } | undefined;
      return row === undefined || (JSON.parse(row.descriptor) as Descriptor).digest !== layer.descriptor.digest;
    });
    if (missing.length === 0) return;
    const insert = db.prepare('INSERT OR REPLACE INTO layer_sources (diff_id, reference, descriptor, last_used_ms) VALUES (?, ?, ?, ?)');
    for (const layer of missing) insert.run(layer.diffID, reference, JSON.stringify(layer.descriptor), this.#now());
  }

  #db(): ReturnType<Store['db']> {
    const db = this.#store.db();
    if (!this.#ready) ensureCacheTables(db);
    this.#ready = true;
    return db;
  }
}
