import type { Compression, Descriptor, DiffID } from '../../../core/oci/index.ts';
import type { Codec } from '../../../core/stream/index.ts';
import type { FileTree, LayerIndex } from '../../../core/tree/index.ts';
import type { Store } from '../../../host/content/index.ts';
import {
  LayerCatalog,
  type CommitRequest,
  type EnsureDirOptions,
  type LayerCatalogOptions,
  type LayerRecord,
  type PresentForms,
  type WriteLayerRequest,
} from '../../../layers/index/index.ts';
import { LayerPacker, type LayerLimits } from '../../../layers/pack/index.ts';
import { UnpackedLayers, type UnpackedLayersOptions } from '../unpacked-layers.ts';

export interface LayerStoreOptions extends LayerCatalogOptions, Omit<UnpackedLayersOptions, 'layers' | 'packer'> {
  readonly limits?: Partial<LayerLimits>;
}

/** All that the worker does with layers, for tests: catalog, packer and unpacked folders over one store. */
export class LayerStore {
  readonly catalog: LayerCatalog;
  readonly packer: LayerPacker;
  readonly unpacked: UnpackedLayers;

  constructor(store: Store, codec: Codec, { mappingID, limits = {}, ...options }: LayerStoreOptions = {}) {
    this.catalog = new LayerCatalog(store, mappingID === undefined ? {} : { mappingID });
    this.packer = new LayerPacker({ store, layers: this.catalog, codec, limits });
    this.unpacked = new UnpackedLayers({ ...options, layers: this.catalog, packer: this.packer });
  }

  has(diffID: DiffID): boolean {
    return this.catalog.has(diffID);
  }

  hasBytes(diffID: DiffID): boolean {
    return this.catalog.hasBytes(diffID);
  }

  forms(diffID: DiffID): PresentForms {
    return this.catalog.forms(diffID);
  }

  path(diffID: DiffID): string {
    return this.catalog.files.path(diffID);
  }

  folder(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    return this.catalog.folder(diffID, below);
  }

  folders(chain: readonly DiffID[]): Promise<string[]> {
    return this.unpacked.folders(chain);
  }

  async index(diffID: DiffID): Promise<LayerIndex> {
    return this.catalog.index(diffID);
  }

  tree(layers: readonly DiffID[]): FileTree {
    return this.catalog.tree(layers);
  }

  blob(diffID: DiffID, compression?: Compression): Descriptor | undefined {
    return this.catalog.blob(diffID, compression);
  }

  registerBlob(diffID: DiffID, descriptor: Descriptor): void {
    this.catalog.registerBlob(diffID, descriptor);
  }

  write(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    return this.unpacked.write(request, signal);
  }

  commitUpper(upper: string, request: CommitRequest, signal: AbortSignal): Promise<LayerRecord> {
    return this.unpacked.commitUpper(upper, request, signal);
  }

  ensureIndex(diffID: DiffID, signal: AbortSignal): Promise<LayerIndex> {
    return this.packer.ensureIndex(diffID, signal);
  }

  ensureDir(diffID: DiffID, signal: AbortSignal, options: EnsureDirOptions = {}): Promise<string> {
    return this.unpacked.ensureDir(diffID, signal, options);
  }

  ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    return this.packer.ensureBlob(diffID, compression, level, signal);
  }

  readContent(diffID: DiffID, path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    return this.packer.readContent(diffID, path, signal);
  }

  exportDir(layers: readonly DiffID[], destination: string, signal: AbortSignal): Promise<void> {
    return this.unpacked.exportDir(layers, destination, signal);
  }

  exportTar(layers: readonly DiffID[], destination: string, signal: AbortSignal): Promise<void> {
    return this.packer.exportTar(layers, destination, signal);
  }
}
