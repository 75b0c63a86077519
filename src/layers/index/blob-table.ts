import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { migrate, type Store } from '../../host/content/index.ts';
import { layerCompression, type Compression, type Descriptor, type DiffID } from '../../core/oci/index.ts';

/** Which blobs are which layer, compressed. */
export class BlobTable {
  readonly #store: Store;
  #select: StatementSync | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Descriptors of blobs that are in the store, with the size that they should have; the latest first. */
  of(diffID: DiffID, compression?: Compression): Descriptor[] {
    this.#select ??= this.#db().prepare('SELECT media_type, digest, size FROM layer_blobs WHERE diff_id = ? ORDER BY rowid DESC');
    const rows = this.#select.all(diffID) as { media_type: string; digest: Descriptor['digest']; size: number }[];
    return rows
      .map((row): Descriptor => ({ mediaType: row.media_type, digest: row.digest, size: row.size }))
      .filter((blob) => (compression === undefined || layerCompression(blob.mediaType) === compression) && this.#store.blobs.hasWhole(blob.digest, blob.size));
  }

  /** `compressor`: Codec.describe of what made it; absent for a blob that another program made. */
  add(diffID: DiffID, { mediaType, digest, size }: Descriptor, compressor?: string): void {
    this.#db()
      .prepare('INSERT OR REPLACE INTO layer_blobs (diff_id, digest, media_type, size, compressor) VALUES (?, ?, ?, ?, ?)')
      .run(diffID, digest, mediaType, size, compressor ?? null);
  }

  remove(diffID: DiffID, digest: Descriptor['digest']): void {
    this.#db().prepare('DELETE FROM layer_blobs WHERE diff_id = ? AND digest = ?').run(diffID, digest);
  }

  #db(): DatabaseSync {
    const db = this.#store.db();
    migrate(db, 'layer', schema);
    return db;
  }
}

const schema = [
  'CREATE TABLE layer_blobs (diff_id TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, UNIQUE (diff_id, digest)) STRICT',
  'ALTER TABLE layer_blobs ADD COLUMN compressor TEXT',
];
