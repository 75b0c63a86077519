import type { Vertex } from '../graph/index.ts';
import type { Digest, DiffID, TreeID } from '../../core/oci/index.ts';
import type { FileTree } from '../../core/tree/index.ts';

/** What a vertex gives. */
export type Result = LayersResult | LocalResult;

/** A filesystem state: a chain of layers, lowest first. */
export interface LayersResult {
  readonly kind: 'layers';
  readonly treeID: TreeID;
  readonly layers: readonly DiffID[];
  /** When the topmost layer was made, milliseconds since 1970; absent for sources. */
  readonly createdAtMs?: number;
}

/** A folder of the user's machine. */
export interface LocalResult {
  readonly kind: 'local';
  readonly name: string;
  readonly tree: FileTree;
}

/** How the result of a vertex will be used, known from the graph. */
export interface UsageHints {
  /** The layer goes into an exported image: compress it at once. */
  readonly exported: boolean;
  /** A RUN may come on top of it: have it unpacked. */
  readonly mounted: boolean;
}

/** What a runner may tell while it works. */
export type StepEvent =
  | { readonly kind: 'log'; readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }
  | {
      readonly kind: 'progress';
      readonly id: string;
      readonly action: string;
      readonly current: number;
      readonly total?: number;
      readonly unit?: 'bytes' | 'items';
    };

/** What a reader of output asks for that cannot follow. Not a promise itself, since most events ask for none. */
export interface Pause {
  readonly over: Promise<void>;
}

export interface StepContext {
  readonly signal: AbortSignal;
  readonly hints: UsageHints;
  /** Output should stop while there is a pause. */
  readonly emit: (event: StepEvent) => void | Pause;
}

/** Executes ops. The solver knows no op but by its runner. */
export interface OpRunners {
  /**
   * What of each input decides the result, as the parts of the cache key: a treeID, or the digest of the selected paths. Undefined where the op is a source whose
   * result must be asked for each time (local).
   */
  keyParts(vertex: Vertex, inputs: readonly Result[], signal: AbortSignal): Promise<readonly string[] | undefined>;
  run(vertex: Vertex, inputs: readonly Result[], context: StepContext): Promise<Result>;
}

export interface CacheRecord {
  readonly treeID: TreeID;
  /** Those that the op made, lowest first, without what they lie on. */
  readonly layers: readonly DiffID[];
  readonly createdAtMs?: number;
}

export interface CacheStore {
  /** A record whose layers are all there, or can be fetched, else undefined. */
  get(key: Digest): CacheRecord | undefined;
  put(key: Digest, record: CacheRecord): void;
  /** Waits until no other process works on the key, then holds it until disposed. */
  lock(key: Digest, signal: AbortSignal): Promise<AsyncDisposable>;
}
