import type { BuildError } from '../../core/errors.ts';
import type { Warning } from '../../language/dockerfile/index.ts';
import type { Outline } from './dockerfile/outline.ts';
import type { FrontendPorts, GraphRequest, GraphResult } from './request.ts';
import type { SourceDateEpoch } from './dockerfile/source-date-epoch.ts';
import type { TargetList } from './dockerfile/targets.ts';

/** What a source was read into, ready to be asked. What the language of the source is, only the frontend knows. */
export interface Frontend {
  readonly source: FrontendSource;
  /** Vertices, image config, history, findings and trace. Only what the target needs is asked of the ports. Errors: those of the frontend with their lines, and of the ports. */
  graph(request: GraphRequest, ports: FrontendPorts, signal?: AbortSignal): Promise<GraphResult>;
  /** What the target takes from outside: ARGs with the values that they have, secrets and ssh agents. Errors: as `graph`. */
  outline(request: GraphRequest, ports: FrontendPorts, signal?: AbortSignal): Promise<Outline>;
  /** What `target` of a request can name. */
  targets(): TargetList;
  /** Where the time of the build comes from; undefined where nothing says. Errors: SOURCE_DATE_EPOCH. */
  sourceDateEpoch(request: GraphRequest): SourceDateEpoch | undefined;
  /** What the checks of the language find in the trace of a graph, or without one in what the source alone says. */
  check(request: GraphRequest, known?: CheckInput): readonly Warning[];
  /** The error that the source makes of its warnings, where it asks for that. */
  checkFault(request: GraphRequest, warnings: readonly Warning[]): BuildError | undefined;
}

/** As messages and excerpts show it. */
export interface FrontendSource {
  readonly file: string;
  /** For instance `Dockerfile`. */
  readonly language: string;
  readonly text: string;
}

export interface CheckInput {
  readonly graph?: GraphResult | undefined;
  /** Of the context's ignore file. Default: there is none. */
  readonly ignorePatterns?: readonly string[] | undefined;
}
