import type { Compression, Descriptor, DiffID } from '../../core/oci/index.ts';
import { contentLayers } from '../../core/tree/index.ts';
import type { ArchiveForms, EnsureDirOptions, LayerCatalog, LayerRecord, WriteLayerRequest } from '../index/index.ts';

/** Work on archives of layers, wherever it is done. Errors: those of LayerPacker. */
export interface ArchiveMaker {
  packLayer(request: WriteLayerRequest<ArchiveForms>, signal: AbortSignal): Promise<LayerRecord>;
  indexLayer(diffID: DiffID, signal: AbortSignal): Promise<void>;
  ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor>;
}

/** What needs the namespaces of the worker: unpacked layers, and layers of which there is nothing else. Errors: those of the worker, and of what it does. */
export interface FolderMaker {
  writeLayer(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord>;
  unpackLayer(diffID: DiffID, options: EnsureDirOptions, signal: AbortSignal): Promise<void>;
  ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor>;
}

export interface LayerMakersOptions {
  readonly layers: LayerCatalog;
  readonly archives: () => Promise<ArchiveMaker>;
  readonly folders: () => Promise<FolderMaker>;
}

/** Decides where the work on a layer is done: in this process, or in the worker where folders are made, or read that only the worker can read. */
export class LayerMakers {
  readonly #options: LayerMakersOptions;

  constructor(options: LayerMakersOptions) {
    this.#options = options;
  }

  /** Errors: as ArchiveMaker and FolderMaker. */
  async writeLayer(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    const needsFolders = request.forms.dir || [...contentLayers(request.entries)].some((diffID) => !this.#isReadable(diffID));
    if (needsFolders) return await (await this.#options.folders()).writeLayer(request, signal);
    return await (await this.#options.archives()).packLayer(request, signal);
  }

  /** Errors: as ArchiveMaker. */
  async indexLayer(diffID: DiffID, signal: AbortSignal): Promise<void> {
    await (await this.#options.archives()).indexLayer(diffID, signal);
  }

  /** Errors: as FolderMaker. */
  async unpackLayer(diffID: DiffID, options: EnsureDirOptions, signal: AbortSignal): Promise<void> {
    await (await this.#options.folders()).unpackLayer(diffID, options, signal);
  }

  /** Errors: as ArchiveMaker and FolderMaker. */
  async ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    const maker = await (this.#isReadable(diffID) ? this.#options.archives() : this.#options.folders());
    return await maker.ensureBlob(diffID, compression, level, signal);
  }

  /** Files of an unpacked layer may belong to ids that this user is not. */
  #isReadable(diffID: DiffID): boolean {
    return process.geteuid?.() === 0 || this.#options.layers.hasArchive(diffID);
  }
}
