import type { SourceLocation } from '../../../core/errors.ts';

/** What a Dockerfile alone does not say. Everything may be left out; what a check then cannot know it does not report. */
export interface CheckContext {
  /** As `linux/amd64`, which is the default of both. */
  readonly targetPlatform?: string | undefined;
  readonly buildPlatform?: string | undefined;
  /** BUILDKIT_DOCKERFILE_CHECK among them stands in for the file's own `# check=`. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Name of the stage that is built. Default: the last one's. */
  readonly target?: string | undefined;
  /** Indexes of the stages that are built. Default: all. */
  readonly stages?: ReadonlySet<number> | undefined;
  /** Of the context's ignore file. Default: there is none. */
  readonly ignorePatterns?: readonly string[] | undefined;
  /** What the config of a stage's base image says; undefined where it is not known, and for a stage that begins with another one. */
  readonly baseConfig?: ((stageIndex: number) => BaseConfig | undefined) | undefined;
  /** What the graph found; where given, the three rules it names are not worked out here. */
  readonly findings?: readonly GraphFinding[] | undefined;
}

export interface BaseConfig {
  readonly env?: readonly string[] | undefined;
  readonly shell?: readonly string[] | undefined;
  /** The triggers of ONBUILD, as instructions. */
  readonly onBuild?: readonly string[] | undefined;
}

export type GraphFinding =
  | { readonly rule: 'UndefinedVar' | 'UndefinedArgInFrom'; readonly location: SourceLocation; readonly name: string; readonly suggestion?: string | undefined }
  | { readonly rule: 'InvalidBaseImagePlatform'; readonly location: SourceLocation; readonly image: string; readonly expected: string; readonly found: string };
