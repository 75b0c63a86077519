import { availableParallelism } from 'node:os';
import type { Compression, Descriptor, DiffID } from '../../core/oci/index.ts';
import type { ArchiveForms, LayerCatalog, LayerRecord, WriteLayerRequest } from '../../layers/index/index.ts';
import { isSmallLayer, type LayerPacker } from '../../layers/pack/index.ts';
import type { ArchiveMethods, WorkerOptions } from './methods.ts';
import { packEntries } from './packed-entries.ts';
import { ThreadPool } from './thread-pool.ts';

export interface ArchiveThreadsOptions extends WorkerOptions {
  /** The worker's program, of which the threads run a part. */
  readonly entry: string;
  /** Over the same store. */
  readonly layers: LayerCatalog;
  readonly packer: LayerPacker;
}

/** The work on archives of layers, in threads of the main process; small layers are packed by the caller's thread, which takes less time than to hand them over. */
export class ArchiveThreads implements AsyncDisposable {
  readonly #layers: LayerCatalog;
  readonly #packer: LayerPacker;
  readonly #pool: ThreadPool<ArchiveMethods>;
  readonly #packing = new Set<Promise<unknown>>();

  constructor({ entry, layers, packer, storeRoot, mappingID }: ArchiveThreadsOptions) {
    this.#layers = layers;
    this.#packer = packer;
    this.#pool = new ThreadPool(entry, { storeRoot, mappingID }, availableParallelism());
  }

  /** Errors: as LayerPacker.write. */
  async packLayer(request: WriteLayerRequest<ArchiveForms>, signal: AbortSignal): Promise<LayerRecord> {
    const { entries, ...rest } = request;
    if (!isSmallLayer(entries, this.#layers)) return await this.#pool.call('packLayer', [rest, await packEntries(entries, signal)], signal);
    const packing = this.#packer.write(request, signal);
    this.#packing.add(packing);
    try {
      return await packing;
    } finally {
      this.#packing.delete(packing);
    }
  }

  /** Errors: as LayerPacker.ensureIndex. */
  async indexLayer(diffID: DiffID, signal: AbortSignal): Promise<void> {
    await this.#pool.call('indexLayer', [diffID], signal);
  }

  /** Errors: as LayerPacker.ensureBlob. */
  async ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    return await this.#pool.call('ensureBlob', [diffID, compression, level], signal);
  }

  /** Waits for what is being packed, and stops the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#packing);
    await this.#pool.close();
  }
}
