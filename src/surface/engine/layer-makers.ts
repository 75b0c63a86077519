import type { LayerRecord, LayerStore, WriteLayerRequest } from '../../work/write/index.ts';
import type { Compression, Descriptor, DiffID } from '../../core/oci/index.ts';
import { contentLayers } from '../../core/tree/index.ts';
import type { LayerThreads, WorkerClient } from '../../work/worker/index.ts';

export interface LayerMakersOptions {
  readonly layers: LayerStore;
  readonly threads: () => Promise<LayerThreads>;
  readonly worker: () => Promise<WorkerClient>;
}

/** Decides where the work on a layer is done: in threads of this process, or in the worker where folders are made, or read that only the worker can read. */
export class LayerMakers {
  readonly #options: LayerMakersOptions;

  constructor(options: LayerMakersOptions) {
    this.#options = options;
  }

  /** Errors: as LayerStore.write. */
  async writeLayer(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    const needsWorker = request.forms.dir || [...contentLayers(request.entries)].some((diffID) => !this.#isReadable(diffID));
    const maker = needsWorker ? await this.#options.worker() : await this.#options.threads();
    return await maker.writeLayer(request, signal);
  }

  /** Errors: as LayerStore.ensureIndex. */
  async indexLayer(diffID: DiffID, signal: AbortSignal): Promise<void> {
    await (await this.#options.threads()).indexLayer(diffID, signal);
  }

  /** Errors: as LayerStore.ensureBlob. */
  async ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    const maker = this.#isReadable(diffID) ? await this.#options.threads() : await this.#options.worker();
    return await maker.ensureBlob(diffID, compression, level, signal);
  }

  /** Files of an unpacked layer may belong to ids that this user is not. */
  #isReadable(diffID: DiffID): boolean {
    if (process.geteuid?.() === 0) return true;
    const { tar, blobs } = this.#options.layers.forms(diffID);
    return tar || blobs.length > 0;
  }
}
