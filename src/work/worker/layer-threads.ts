import { availableParallelism } from 'node:os';
import type { LayerStore, LayerRecord, WriteLayerRequest } from '../write/index.ts';
import type { Compression, Descriptor, DiffID } from '../../core/oci/index.ts';
import { contentLayers } from '../../core/tree/index.ts';
import { packEntries } from './packed-entries.ts';
import { ThreadPool } from './pool.ts';
import type { WorkerOptions } from './protocol.ts';

export interface LayerThreadsOptions extends WorkerOptions {
  /** The worker's program, of which the threads run a part. */
  readonly entry: string;
  /** Over the same store. */
  readonly layers: LayerStore;
}

const smallEntries = 64;
const smallFileBytes = 256 * 1024;

/**
 * The work on layers that needs no namespace, in threads of this process: whatever reads files, tars and blobs and makes tars, blobs and indexes. Unpacked folders
 * have owners and marks that only the worker process can set.
 */
export class LayerThreads implements AsyncDisposable {
  readonly #layers: LayerStore;
  readonly #pool: ThreadPool;
  readonly #writing = new Set<Promise<unknown>>();

  constructor({ entry, layers, storeRoot, mappingID }: LayerThreadsOptions) {
    this.#layers = layers;
    this.#pool = new ThreadPool(entry, { storeRoot, mappingID }, availableParallelism());
  }

  /** A small layer is written by the caller's thread: that takes less time than to hand it over. Errors: as LayerStore.write. */
  async writeLayer(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    if (!this.#isSmall(request)) {
      const { entries, ...rest } = request;
      return (await this.#pool.call('writeEntries', [rest, await packEntries(entries, signal)], signal)) as LayerRecord;
    }
    const writing = this.#layers.write(request, signal);
    this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Any other method of the pool's threads. */
  async call(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return await this.#pool.call(method, args, signal);
  }

  /** Errors: as LayerStore.ensureIndex. */
  async indexLayer(diffID: DiffID, signal: AbortSignal): Promise<void> {
    await this.#pool.call('indexLayer', [diffID], signal);
  }

  /** Errors: as LayerStore.ensureBlob. */
  async ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    return (await this.#pool.call('ensureBlob', [diffID, compression, level], signal)) as Descriptor;
  }

  /** Waits for what is being written, and stops the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#writing);
    await this.#pool.close();
  }

  /** Where no blob must be unpacked for it. */
  #isSmall({ entries }: WriteLayerRequest): boolean {
    if (entries.length > smallEntries || entries.some((entry) => entry.size > smallFileBytes)) return false;
    return [...contentLayers(entries)].every((diffID) => this.#layers.forms(diffID).dir);
  }
}
