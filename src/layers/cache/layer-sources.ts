import { transaction, type Store } from '../../host/content/index.ts';
import type { Descriptor, DiffID } from '../../core/oci/index.ts';
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
  /** Of the images that this build uses: what another image once said of the same layer comes after them, since nobody has checked it. */
  readonly #current = new Map<DiffID, LayerSource[]>();
  #ready = false;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Those of this build's images, then the others, newest first. */
  of(diffID: DiffID): LayerSource[] {
    const current = this.#current.get(diffID) ?? [];
    const rows = this.#db().prepare('SELECT reference, descriptor FROM layer_sources WHERE diff_id = ? ORDER BY last_used_ms DESC').all(diffID) as {
      reference: string;
      descriptor: string;
    }[];
    const others = rows.filter((row) => !current.some((source) => source.reference === row.reference));
    return [...current, ...others.map((row) => ({ reference: row.reference, descriptor: JSON.parse(row.descriptor) as Descriptor }))];
  }

  /** Remembers the layers of an image that was resolved; writes nothing where that is known already. */
  add(reference: string, layers: readonly { readonly diffID: DiffID; readonly descriptor: Descriptor }[]): void {
    const db = this.#db();
    const known = db.prepare('SELECT descriptor FROM layer_sources WHERE diff_id = ? AND reference = ?');
    for (const { diffID, descriptor } of layers) {
      const others = (this.#current.get(diffID) ?? []).filter((source) => source.reference !== reference);
      this.#current.set(diffID, [...others, { reference, descriptor }]);
    }
    const missing = layers.filter((layer) => {
      const row = known.get(layer.diffID, reference) as { descriptor: string } | undefined;
      return row === undefined || (JSON.parse(row.descriptor) as Descriptor).digest !== layer.descriptor.digest;
    });
    if (missing.length === 0) return;
    const insert = db.prepare('INSERT OR REPLACE INTO layer_sources (diff_id, reference, descriptor, last_used_ms) VALUES (?, ?, ?, ?)');
    transaction(db, () => {
      for (const layer of missing) insert.run(layer.diffID, reference, JSON.stringify(layer.descriptor), this.#now());
    });
  }

  /** The registry has the layer no more. */
  forget(diffID: DiffID, reference: string): void {
    this.#db().prepare('DELETE FROM layer_sources WHERE diff_id = ? AND reference = ?').run(diffID, reference);
    const left = this.#current.get(diffID)?.filter((source) => source.reference !== reference);
    if (left !== undefined) this.#current.set(diffID, left);
  }

  #db(): ReturnType<Store['db']> {
    const db = this.#store.db();
    if (!this.#ready) ensureCacheTables(db);
    this.#ready = true;
    return db;
  }
}
