/// <reference types="node" preserve="true" />
import type { Digest, Platform } from '../../core/oci/index.ts';
import type { Build } from './events.ts';
import type { BuildRequest } from './request.ts';

/** What the outside gives to a build. Everything defaults to this process's own. */
export interface Environment {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the request count from here. */
  readonly cwd?: string;
  /** Standard input, for `-f -` and a context of `-`. Default: this process's. */
  readonly stdin?: () => AsyncIterable<Uint8Array>;
  /** Takes outputs with `dest=-`. Default: this process's standard output. */
  readonly stdout?: NodeJS.WritableStream;
}

/** What the surface asks of the machine. `root` undefined means the default store: OSSB_ROOT, else /var/lib/ossb for root and ~/.local/share/ossb for others. */
export interface Engine {
  build(request: BuildRequest, signal?: AbortSignal, environment?: Environment): Build;
  /** The images kept in the store, newest first. An absent store has none. */
  listImages(root?: string): Promise<readonly StoredImage[]>;
  diskUsage(root?: string): Promise<DiskUsage>;
  prune(root: string | undefined, options: PruneOptions, signal?: AbortSignal): Promise<PruneResult>;
  doctor(root?: string): Promise<DoctorReport>;
}

/** One name of an image, or an image without one. An image with three names is listed three times. */
export interface StoredImage {
  /** Full reference; absent where the image lost its name to a newer one. */
  readonly name?: string;
  /** Of the manifest or index. */
  readonly digest: Digest;
  /** When it was stored. */
  readonly createdAtMs: number;
  /** Compressed bytes, of all platforms. */
  readonly sizeBytes: number;
  readonly platforms: readonly Platform[];
}

export interface DiskRecord {
  readonly id: string;
  readonly kind: 'image' | 'layer' | 'blob' | 'cache-mount' | 'source' | 'cache-record' | 'temporary';
  readonly description: string;
  readonly sizeBytes: number;
  readonly createdAtMs?: number;
  readonly lastUsedAtMs?: number;
  /** A running build or a named image needs it. */
  readonly inUse: boolean;
}

export interface DiskUsage {
  /** The store folder. */
  readonly root: string;
  readonly records: readonly DiskRecord[];
  readonly totalBytes: number;
  readonly reclaimableBytes: number;
}

export interface PruneOptions {
  /** Images of the store too. Default false: what no image and no running build needs. */
  readonly all?: boolean;
  /** Only what was last used before this time. */
  readonly unusedSinceMs?: number;
  /** Only records of these kinds. */
  readonly kinds?: readonly DiskRecord['kind'][];
  /** Least recently used records go until the store is not larger than this. */
  readonly maxUsedBytes?: number;
  /** Least recently used records go until the disk has this much free. */
  readonly minFreeBytes?: number;
  /** Never go below this. */
  readonly reservedBytes?: number;
}

export interface PruneResult {
  readonly removed: readonly DiskRecord[];
  readonly reclaimedBytes: number;
  /** Paths that could not be removed, since files in them belong to user ids that this user does not have now. */
  readonly left: readonly string[];
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
