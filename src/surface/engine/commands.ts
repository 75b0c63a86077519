import type { DiskUsage, PruneOptions, PruneResult, StoredImage } from '../../layers/collect/index.ts';
import type { Build } from '../progress/index.ts';
import type { BuildRequest } from '../request/index.ts';
import type { Environment } from '../request/index.ts';

export type { DiskRecord, DiskUsage, PruneOptions, PruneResult, StoredImage } from '../../layers/collect/index.ts';

/** What the surface asks of the machine. `root` undefined means the default store: OSSB_ROOT, else /var/lib/ossb for root and ~/.local/share/ossb for others. */
export interface Engine {
  build(request: BuildRequest, signal?: AbortSignal, environment?: Environment): Build;
  /** The images kept in the store, newest first. An absent store has none. */
  listImages(root?: string): Promise<readonly StoredImage[]>;
  diskUsage(root?: string): Promise<DiskUsage>;
  prune(root: string | undefined, options: PruneOptions, signal?: AbortSignal): Promise<PruneResult>;
  doctor(root?: string): Promise<DoctorReport>;
}

/** `level` says how RUN is executed here; 'none' where it cannot be. */
export interface DoctorReport {
  readonly level: 'root' | 'rootless' | 'confined' | 'none';
  readonly facts: readonly DoctorFact[];
  /** What would raise the level or the speed, the most useful first. */
  readonly advice: readonly string[];
}

export interface DoctorFact {
  /** Short noun phrase, for instance `user namespaces`. */
  readonly name: string;
  /** 'warning': works, with less. 'missing': something does not work because of it. */
  readonly state: 'ok' | 'warning' | 'missing' | 'info';
  /** What was found, for instance `crun 1.14 at /usr/bin/crun`. */
  readonly found: string;
}
