import { existsSync } from 'node:fs';
import { layerMediaType, type Compression, type Descriptor, type DiffID } from '../../core/oci/index.ts';
import { layerTree, type FileTree, type LayerIndex } from '../../core/tree/index.ts';
import type { Store } from '../../host/content/index.ts';
import { BlobTable } from './blob-table.ts';
import { DamagedForms } from './damaged-forms.ts';
import { IndexFiles } from './index-files.ts';
import { LayerFiles } from './layer-files.ts';
import type { PresentForms } from './layer-forms.ts';
import { UnpackedFolders } from './unpacked-folders.ts';

export interface LayerCatalogOptions {
  /** Of the ids that unpacked folders belong to (IdMapping of host/sys): folders of another one are not seen. Default: none, and the names of folders have none. */
  readonly mappingID?: string;
}

/**
 * What the store has of layers, by diffID: `index` (always, once the bytes were seen), `unpacked` (a lower folder for overlayfs; see UnpackedFolders), `tar` (plain), and
 * blobs in the blob store. Any number of processes may make the same layer at once. It answers and keeps the books; what makes forms is LayerPacker and, for unpacked
 * folders, the worker.
 */
export class LayerCatalog {
  readonly files: LayerFiles;
  readonly indexes: IndexFiles;
  readonly folders: UnpackedFolders;
  readonly damaged: DamagedForms;
  readonly #blobs: BlobTable;

  constructor(store: Store, options: LayerCatalogOptions = {}) {
    this.#blobs = new BlobTable(store);
    this.files = new LayerFiles(store);
    this.indexes = new IndexFiles(this.files);
    this.folders = new UnpackedFolders({ mappingID: options.mappingID, indexes: this.indexes, files: this.files });
    this.damaged = new DamagedForms({
      blobs: store.blobs,
      table: this.#blobs,
      files: this.files,
      folders: (diffID) => this.folders.all(diffID),
      index: (diffID) => (this.has(diffID) ? this.index(diffID) : undefined),
    });
  }

  /** Whether the layer's index is there. */
  has(diffID: DiffID): boolean {
    return this.indexes.has(diffID);
  }

  /** Whether there are bytes that every other form can be made from. An unpacked layer without its index is what a kill left. */
  hasBytes(diffID: DiffID): boolean {
    return this.hasArchive(diffID) || (this.has(diffID) && this.folders.any(diffID) !== undefined);
  }

  /** Whether its bytes are there as an archive, plain or compressed, which every process of this user can read. */
  hasArchive(diffID: DiffID): boolean {
    return this.tarPath(diffID) !== undefined || this.#blobs.of(diffID).length > 0;
  }

  forms(diffID: DiffID): PresentForms {
    return {
      index: this.has(diffID),
      dir: this.folders.any(diffID) !== undefined,
      tar: this.tarPath(diffID) !== undefined,
      blobs: this.#blobs.of(diffID),
    };
  }

  /** Where its plain tar is; undefined without one. */
  tarPath(diffID: DiffID): string | undefined {
    const path = this.files.path(diffID, 'tar');
    return existsSync(path) ? path : undefined;
  }

  /** Where the layer is unpacked over `below`, lowest first; undefined where it is not. */
  folder(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    return this.folders.find(diffID, below);
  }

  /** Errors: LAYER_MISSING; LAYER_DAMAGED: it was removed. */
  index(diffID: DiffID): LayerIndex {
    return this.indexes.get(diffID);
  }

  /** The union view of a chain, lowest first. */
  tree(layers: readonly DiffID[]): FileTree {
    return layerTree(layers, async (diffID) => this.index(diffID));
  }

  /** A blob of the layer that is in the store, with this compression where one is named. */
  blob(diffID: DiffID, compression?: Compression): Descriptor | undefined {
    return this.#blobs.of(diffID, compression)[0];
  }

  /** Notes that a blob in the store is this layer, compressed as its media type says. Whether it is shows when it is read. */
  registerBlob(diffID: DiffID, descriptor: Descriptor): void {
    this.#blobs.add(diffID, descriptor);
  }

  /** Notes a blob that was just made of the layer, and by what: Codec.describe. */
  addBlob(diffID: DiffID, compression: Compression, { digest, size }: Pick<Descriptor, 'digest' | 'size'>, compressor: string): Descriptor {
    const descriptor = { mediaType: layerMediaType(compression, 'oci'), digest, size };
    this.#blobs.add(diffID, descriptor, compressor);
    return descriptor;
  }

  /** The blob is not the layer. */
  removeBlob(diffID: DiffID, digest: Descriptor['digest']): void {
    this.#blobs.remove(diffID, digest);
  }

  /** Does work that reads what the store has of layers; where it fails and that turns out to be damaged, it is removed. Errors: LAYER_DAMAGED, and those of `work`. */
  async reading<T>(diffIDs: readonly DiffID[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.damaged.explain(error, diffIDs, signal);
    }
  }
}
