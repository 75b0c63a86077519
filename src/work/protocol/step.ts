import type { RunMountOf } from '../../decide/graph/index.ts';
import type { DiffID } from '../../core/oci/index.ts';
import type { ContainerEdits } from '../../host/devices/index.ts';

/** What a step sees besides its root filesystem: a mount of the graph, with what it shows instead of where that comes from. */
export type StepMount =
  /** Layers mounted as one tree; `source` is a path in it. What is written to a writable one is discarded. */
  | ({ readonly kind: 'layers'; readonly layers: readonly DiffID[] } & Omit<RunMountOf<'bind'>, 'kind' | 'input'>)
  /**
   * A folder of the store that lives on (cache mounts). It is made where it is missing, with this owner and mode, and with `seed` as a copy of that path of those
   * layers. `source` is a path in it.
   */
  | ({
      readonly kind: 'folder';
      readonly folder: string;
      readonly seed?: { readonly layers: readonly DiffID[]; readonly source: string };
    } & Omit<RunMountOf<'cache'>, 'kind' | 'input' | 'id' | 'sharing' | 'owned'>)
  | RunMountOf<'tmpfs'>
  | ({ readonly kind: 'secret'; readonly target: string; readonly data: Uint8Array } & Omit<
      RunMountOf<'secret'>,
      'kind' | 'id' | 'target' | 'env' | 'required'
    >)
  /** A unix socket of the host. */
  | ({ readonly kind: 'socket'; readonly path: string } & Omit<RunMountOf<'ssh'>, 'kind' | 'id' | 'required'>);

/** How much of a stream of a step's output is shown. */
export interface OutputLimits {
  /** In all. Absent: no limit. */
  readonly maxBytes?: number;
  /** For each second that has begun. Absent: no limit. */
  readonly maxBytesPerSecond?: number;
}

export interface StepOutputOptions {
  /** Replaced by `***`. */
  readonly secretValues: readonly Uint8Array[];
  /** Of each stream. */
  readonly outputLimits: OutputLimits;
}

/** One command in one container. */
export interface StepRequest extends StepOutputOptions {
  /** The root filesystem, lowest first. */
  readonly layers: readonly DiffID[];
  readonly args: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** Absolute; made where it is missing. */
  readonly cwd: string;
  /** `name`, `uid`, `name:group`, `uid:gid`; empty means 0:0. */
  readonly user: string;
  readonly network: 'host' | 'none';
  readonly security: 'sandbox' | 'insecure';
  readonly hostname: string;
  readonly extraHosts: readonly { readonly host: string; readonly ip: string }[];
  readonly mounts: readonly StepMount[];
  /** Shown read-only while the step runs. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: number }[];
  readonly shmSizeBytes: number;
  /** Of the devices that the step is given. */
  readonly devices?: ContainerEdits;
}

/** How the command ended. */
export interface StepExit {
  /** 128 and the signal's number where a signal ended it; 127 and 126 for a command that is not found or cannot be executed. */
  readonly exitCode: number;
  readonly signal?: string;
  /** The kernel does not know the format of the command's file: it is of another architecture, or no program. */
  readonly isForeignFormat?: true;
  /** The kernel killed a process for want of memory while the step ran. */
  readonly outOfMemory?: boolean;
}

/** A promise asks for a pause until it settles. */
export type OnOutput = (stream: 'stdout' | 'stderr', data: Uint8Array) => void | Promise<void>;
