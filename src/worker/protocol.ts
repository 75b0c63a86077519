import type { Compression, Descriptor, Digest, DiffID } from '../oci/index.ts';
import type { PlanEntry } from '../tree/index.ts';

/** Forms in which a layer is kept. `dir`: unpacked, mountable. `tar`: the plain tar. A compression: a blob. */
export interface LayerForms {
  readonly dir: boolean;
  readonly tar: boolean;
  readonly blob?: { readonly compression: Compression; readonly level?: number };
}

/** What became of a layer. */
export interface LayerRecord {
  readonly diffID: DiffID;
  readonly contentDigest: Digest;
  readonly entryCount: number;
  readonly tarSize: number;
  /** Where a blob was asked for. */
  readonly blob?: Descriptor;
}

export interface WriteLayerRequest {
  /** Sorted so that parents come before children. */
  readonly entries: readonly PlanEntry[];
  readonly forms: LayerForms;
  /** Later times are set to this. */
  readonly sourceDateEpoch?: number;
}

export type StepMount =
  /** Layers mounted as one tree; `source` is a path in it. */
  | { readonly kind: 'layers'; readonly layers: readonly DiffID[]; readonly source: string; readonly target: string; readonly readonly: boolean }
  /**
   * A folder of the store that lives on (cache mounts). The worker makes it where it is missing, with this owner and mode. With `seed` the folder holds what was
   * written on top of those layers: an overlay whose upper side is `<folder>/upper`, so that the first user finds the seed's contents.
   */
  | {
      readonly kind: 'folder';
      readonly folder: string;
      readonly target: string;
      readonly readonly: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly seed?: { readonly layers: readonly DiffID[]; readonly source: string };
    }
  | { readonly kind: 'tmpfs'; readonly target: string; readonly sizeBytes?: number }
  | { readonly kind: 'secret'; readonly target: string; readonly data: Uint8Array; readonly mode: number; readonly uid: number; readonly gid: number }
  /** A unix socket of the host. */
  | { readonly kind: 'socket'; readonly path: string; readonly target: string; readonly mode: number; readonly uid: number; readonly gid: number };

export interface RunRequest {
  readonly layers: readonly DiffID[];
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: string;
  readonly network: 'host' | 'none';
  readonly security: 'sandbox' | 'insecure';
  readonly hostname: string;
  readonly extraHosts: readonly { readonly host: string; readonly ip: string }[];
  readonly mounts: readonly StepMount[];
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
  readonly shmSizeBytes: number;
  readonly forms: LayerForms;
  readonly sourceDateEpoch?: number;
}

export type RunResult =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly signal?: string }
  | { readonly kind: 'layer'; readonly layer: LayerRecord };
