import type { BuildEvent, BuildResult } from '../../progress/index.ts';
import type { BuildRequest } from '../../request/index.ts';
import type { DiskUsage, DoctorReport, Engine, PruneOptions, StoredImage } from '../../engine/index.ts';
import { parseDigest } from '../../../core/oci/index.ts';

export interface FakeBuild {
  readonly events: readonly BuildEvent[];
  readonly result?: Partial<BuildResult>;
  readonly error?: Error;
  /** Waits before each event, and stops where the signal says so. */
  readonly pace?: (event: BuildEvent, signal: AbortSignal | undefined) => Promise<void>;
}

/** An engine that plays back what it is given, and remembers what it was asked. */
export class FakeEngine implements Engine {
  readonly requests: BuildRequest[] = [];
  readonly pruned: PruneOptions[] = [];
  images: StoredImage[] = [];
  usage: DiskUsage = { root: '/store', records: [], totalBytes: 0, reclaimableBytes: 0 };
  report: DoctorReport = { level: 'root', facts: [], advice: [] };
  readonly #build: FakeBuild;

  constructor(build: FakeBuild = { events: [] }) {
    this.#build = build;
  }

  build(request: BuildRequest, signal?: AbortSignal): ReturnType<Engine['build']> {
    this.requests.push(request);
    const { events, result, error, pace } = this.#build;
    const settled = Promise.withResolvers<BuildResult>();
    async function* play(): AsyncGenerator<BuildEvent> {
      try {
        for (const event of events) {
          await pace?.(event, signal);
          signal?.throwIfAborted();
          yield event;
        }
        if (error === undefined) settled.resolve({ metadata: {}, ...result });
        else settled.reject(error);
      } catch (stopped) {
        settled.reject(stopped instanceof Error ? stopped : new Error('stopped', { cause: stopped }));
      }
    }
    return { result: settled.promise, [Symbol.asyncIterator]: play };
  }

  async listImages(): Promise<readonly StoredImage[]> {
    return this.images;
  }

  async diskUsage(): Promise<DiskUsage> {
    return this.usage;
  }

  async prune(_root: string | undefined, options: PruneOptions): ReturnType<Engine['prune']> {
    this.pruned.push(options);
    return { removed: this.usage.records, reclaimedBytes: this.usage.reclaimableBytes, left: [] };
  }

  async doctor(): Promise<DoctorReport> {
    return this.report;
  }
}

export const someDigest = parseDigest(`sha256:${'9159392791db'.padEnd(64, '0')}`);
