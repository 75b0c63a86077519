import type { SourceLocation } from '../../core/errors.ts';
import type { DockerfileTrace } from '../../language/dockerfile/index.ts';
import type { GitOp, HttpOp, RunOp, Vertex } from '../graph/index.ts';
import type { Digest, ImageConfig, Platform } from '../../core/oci/index.ts';
import type { Finding } from './finding.ts';

/** What is to be built of a source, in whatever language that is. Nothing in it is read from the machine. */
export interface GraphRequest {
  /** Name of a stage. Default: the last one. */
  readonly target?: string | undefined;
  readonly platform: Platform;
  /** True where nobody asked for `platform`: an image keeps the platform that its base image names. Default false. */
  readonly implicitPlatform?: boolean | undefined;
  /** Where the builder runs. */
  readonly buildPlatform: Platform;
  /** True where one build makes several platforms: the names of steps then begin with the platform. Default false. */
  readonly multiPlatform?: boolean | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Names of `--build-context`, as given, for instance `alpine:3` or `base::linux/arm64`. */
  readonly namedContexts?: readonly string[] | undefined;
  /** What COPY and ADD read. Default: the local folder `context`. */
  readonly mainContext?: ContextOrigin | undefined;
  readonly noCache?: boolean | undefined;
  /** Names of stages. */
  readonly noCacheFilter?: readonly string[] | undefined;
  readonly network?: RunOp['network'] | undefined;
  readonly addHosts?: RunOp['extraHosts'] | undefined;
  readonly shmSizeBytes?: number | undefined;
  readonly hostname?: string | undefined;
  /** Seconds since 1970, as resolved from what `findSourceDateEpoch` gives. */
  readonly sourceDateEpoch?: number | undefined;
  /** Set before the id of each cache mount. */
  readonly cacheMountNamespace?: string | undefined;
  /** Convert stages that the target does not need too, as the checks want it. Default false. */
  readonly allStages?: boolean | undefined;
}

/** What a frontend decided, with values and places; `language` says which frontend it was. */
export type Trace = DockerfileTrace;

/** An image as a registry, a store or a layout has it. */
export interface ResolvedImage {
  /** Full reference, as `docker.io/library/alpine:3.19`. */
  readonly ref: string;
  /** What the reference points at, the index where there is one. Default: `manifest`. */
  readonly digest?: Digest | undefined;
  /** Of the platform's manifest. */
  readonly manifest: Digest;
  readonly platform: Platform;
  readonly config: ImageConfig;
}

/** Where the files of a context come from. */
export type ContextOrigin =
  /** `name` as in LocalOp. */
  | { readonly kind: 'local'; readonly name: string; readonly keepOwner?: true }
  | { readonly kind: 'image'; readonly image: ResolvedImage }
  | { readonly kind: 'oci-layout'; readonly path: string; readonly image: ResolvedImage }
  | ({ readonly kind: 'git' } & Omit<GitOp, 'kind'>)
  /** With `unpack` the files of the archive, else the one file. */
  | ({ readonly kind: 'http'; readonly unpack: boolean } & Omit<HttpOp, 'kind'>)
  | { readonly kind: 'scratch' };

/** Why a port is asked. */
export interface Inquiry {
  /** The step's name as shown, for instance `[internal] load metadata for docker.io/library/alpine:3.19`. */
  readonly purpose: string;
  readonly location: SourceLocation;
}

/** What the frontend asks for while it works. */
export interface FrontendPorts {
  /** `ref` is normalised. Asked at most once for each reference and platform. */
  resolveImageConfig(ref: string, platform: Platform, inquiry: Inquiry, signal: AbortSignal): Promise<ResolvedImage>;
  /** `name` is one of `GraphRequest.namedContexts`. */
  resolveNamedContext(name: string, platform: Platform, inquiry: Inquiry, signal: AbortSignal): Promise<ContextOrigin>;
}

/** One entry of the image's history. */
export interface HistoryEntry {
  /** RFC 3339; on entries of the base image. */
  readonly created?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly comment?: string | undefined;
  readonly author?: string | undefined;
  readonly emptyLayer: boolean;
  /** What makes the layer; absent for empty layers and for those of the base image. */
  readonly vertex?: Vertex | undefined;
}

export interface StageSummary {
  /** Position in the Dockerfile. */
  readonly index: number;
  /** As shown, `stage-0` where it has none. */
  readonly name: string;
  /** Whether the target needs it. */
  readonly needed: boolean;
  /** Where `needed`. */
  readonly platform?: Platform;
  /** The state after its last instruction, where `needed`. */
  readonly result?: Vertex;
}

export interface GraphResult {
  /** The final state. */
  readonly target: Vertex;
  /** `rootfs`, `history` and `created` are for who exports. */
  readonly config: Omit<ImageConfig, 'rootfs' | 'history' | 'created'>;
  /** That of the base image first. */
  readonly history: readonly HistoryEntry[];
  /** The image at the bottom of the target; absent where it starts from scratch. */
  readonly base?: ResolvedImage;
  readonly targetStage: string;
  /** All vertices that the target needs, each once, inputs before those who use them. */
  readonly vertices: readonly Vertex[];
  readonly stages: readonly StageSummary[];
  readonly findings: readonly Finding[];
  readonly trace: Trace;
}
