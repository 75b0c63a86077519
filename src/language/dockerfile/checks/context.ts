import type { EvaluationInput } from '../evaluate/global-args.ts';
import type { BaseConfig } from '../evaluate/stage-variables.ts';

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
}

export function evaluationInput({ targetPlatform, buildPlatform, buildArgs, target }: CheckContext): EvaluationInput {
  return { targetPlatform: platformOf(targetPlatform), buildPlatform: platformOf(buildPlatform), buildArgs, target };
}

function platformOf(text = 'linux/amd64'): EvaluationInput['targetPlatform'] {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
