import type { BuildError, SourceLocation } from '../../core/errors.ts';
import type { Descriptor, Digest, ImageConfig } from '../../core/oci/index.ts';

/** What happens in a build, in order. `vertex` is the vertex's digest, or a made-up id for steps that are no vertices (loading, exporting, pushing). */
export type BuildEvent =
  /** Reported once for each step before it starts; all steps of the graph are reported as soon as the graph stands. */
  | { readonly kind: 'step'; readonly vertex: string; readonly name: string; readonly location?: SourceLocation; readonly inputs: readonly string[] }
  /** The step of a base image starts, and ends, again when its layers are fetched for a later step. */
  | { readonly kind: 'started'; readonly vertex: string; readonly timeMs: number }
  | { readonly kind: 'cached'; readonly vertex: string; readonly timeMs: number }
  | { readonly kind: 'done'; readonly vertex: string; readonly timeMs: number }
  | { readonly kind: 'failed'; readonly vertex: string; readonly timeMs: number; readonly error: BuildError }
  | { readonly kind: 'canceled'; readonly vertex: string; readonly timeMs: number }
  | { readonly kind: 'log'; readonly vertex: string; readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array; readonly timeMs: number }
  /** Bytes moved or things done within a step. `id` names the thing, for instance a layer's digest. */
  | {
      readonly kind: 'progress';
      readonly vertex: string;
      readonly id: string;
      readonly action: string;
      readonly current: number;
      readonly total?: number;
      /** What `current` and `total` count. Default: bytes. */
      readonly unit?: 'bytes' | 'items';
      readonly timeMs: number;
    }
  | {
      readonly kind: 'warning';
      readonly rule: string;
      readonly description: string;
      readonly message: string;
      readonly url?: string;
      readonly location?: SourceLocation;
    }
  /** What the machine did: worker started, container started, layer unpacked, blob downloaded. A fully cached build has none of the first three. */
  | {
      readonly kind: 'activity';
      readonly activity: 'worker' | 'container' | 'unpack' | 'download' | 'upload';
      readonly detail: string;
      readonly timeMs: number;
    };

export interface ImageResult {
  /** Of the manifest, or of the index where there are several platforms. */
  readonly digest: Digest;
  readonly descriptor: Descriptor;
  readonly configDigest?: Digest;
  readonly config?: ImageConfig;
  readonly names: readonly string[];
}

export interface BuildResult {
  /** Absent for outputs without an image. */
  readonly image?: ImageResult;
  /** As written by --metadata-file. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The text or JSON of `call` requests. */
  readonly callResult?: { readonly text: string; readonly json: unknown; readonly exitCode: number };
}

/**
 * Iterate for the events; `result` settles when the build ends. Events wait for their one reader within a bound: a reader that does not follow holds up the output
 * of steps. Without one nothing is held up, and the oldest output is dropped.
 */
export interface Build extends AsyncIterable<BuildEvent> {
  readonly result: Promise<BuildResult>;
}
