import type { Digest, Platform } from '../../core/oci/index.ts';

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
