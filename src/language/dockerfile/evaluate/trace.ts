import type {
  ArgInstruction,
  CmdInstruction,
  CopyInstruction,
  EnvInstruction,
  ExposeInstruction,
  FromInstruction,
  HealthcheckInstruction,
  LabelInstruction,
  MaintainerInstruction,
  OnbuildInstruction,
  Range,
  RunInstruction,
  ShellInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
} from '../ast.ts';
import type { Device } from '../device.ts';
import type { DockerfileErrorCode } from '../error.ts';
import type { Mount } from '../mount.ts';

/** What the evaluation of a Dockerfile came to, stage by stage and instruction by instruction. Plain data: it survives JSON. */
export interface DockerfileTrace {
  readonly language: 'dockerfile';
  readonly file: string;
  /** As `linux/amd64`. */
  readonly targetPlatform: string;
  readonly globalArgs: readonly GlobalArgTrace[];
  /** All of the file, in order. */
  readonly stages: readonly StageTrace[];
  /** What was looked up outside of the file, in the order of the answers; of an evaluation of the text alone nothing. */
  readonly images: readonly ImageTrace[];
}

/** An ARG before the first FROM. */
export interface GlobalArgTrace {
  readonly name: string;
  /** Absent where neither the build nor the file sets it. */
  readonly value?: string;
  readonly description?: string;
  readonly range: Range;
  /** Other ARGs that its default names. */
  readonly uses: readonly string[];
  readonly fault?: TraceFault;
}

export interface StageTrace {
  readonly index: number;
  /** Lower case; absent where unnamed. */
  readonly name?: string;
  /** Whether the target needs it; of an evaluation of the text alone, whether it is checked. */
  readonly needed: boolean;
  readonly from: FromTrace;
  readonly base: BaseTrace;
  /** The named context that stands in for the whole stage: its instructions are not carried out. */
  readonly replacedBy?: string;
  /** What ONBUILD of the base brings, then the stage's own. */
  readonly instructions: readonly InstructionTrace[];
}

/** FROM sees the global ARGs alone. */
export interface FromTrace {
  readonly instruction: FromInstruction;
  readonly image: WordTrace;
  readonly platform?: WordTrace;
  /** The image with nothing but the defaults of the global ARGs; absent where it cannot be expanded. */
  readonly defaultImage?: string;
  /** Names that are no global ARG. */
  readonly undefinedNames: readonly UndefinedName[];
}

/** One word, and the variables in it. */
export interface WordTrace {
  /** As written. */
  readonly source: string;
  /** Expanded; empty where there is a fault. */
  readonly text: string;
  /** Names that have a value. */
  readonly matched: readonly string[];
  readonly unmatched: readonly string[];
  readonly fault?: TraceFault;
}

/** What a stage begins with. */
export interface BaseTrace {
  readonly kind: 'scratch' | 'stage' | 'outside';
  /** Expanded: the name of a stage, image or named context. */
  readonly name: string;
  /** Index of the stage, where `kind` is that. */
  readonly stage?: number;
  /** Whether its variables are known. Those of an image are not where it was not looked up. */
  readonly known: boolean;
  /** `NAME=value` of what comes from outside; what a stage hands on is in its instructions. */
  readonly environment: readonly string[];
  /** Empty for the default one. */
  readonly shell: readonly string[];
  readonly workdir: string;
  /** Whether a stage below has a WORKDIR. */
  readonly workdirSet: boolean;
}

export interface InstructionTrace {
  readonly values: InstructionValues;
  /** Where it stands; for a trigger the FROM that brings it. */
  readonly range: Range;
  /** It came from an ONBUILD of the base. */
  readonly isTrigger: boolean;
  /** Each once. None where the variables of the base are not known. */
  readonly undefinedNames: readonly UndefinedName[];
  /** With a fault, `values` has words as they are written. */
  readonly faults: readonly TraceFault[];
}

/** An instruction of a stage, with its words and flags expanded. Flags that are not there are empty. */
export type InstructionValues =
  | { readonly kind: 'arg'; readonly instruction: ArgInstruction; readonly args: readonly ArgValue[] }
  | { readonly kind: 'env'; readonly instruction: EnvInstruction; readonly pairs: readonly Pair[] }
  | { readonly kind: 'label'; readonly instruction: LabelInstruction; readonly pairs: readonly Pair[] }
  | CopyValues
  | { readonly kind: 'run'; readonly instruction: RunInstruction; readonly mounts: readonly Mount[]; readonly devices: readonly Device[] }
  /** Words in the order in which docker build reads them, and the ports that they are. */
  | { readonly kind: 'expose'; readonly instruction: ExposeInstruction; readonly words: readonly string[]; readonly ports: readonly string[] }
  | { readonly kind: 'user'; readonly instruction: UserInstruction; readonly user: string }
  /** The path, and the folder that it leads to. */
  | { readonly kind: 'workdir'; readonly instruction: WorkdirInstruction; readonly path: string; readonly workdir: string }
  | { readonly kind: 'volume'; readonly instruction: VolumeInstruction; readonly paths: readonly string[] }
  | { readonly kind: 'stopsignal'; readonly instruction: StopsignalInstruction; readonly signal: string }
  | { readonly kind: 'cmd' | 'entrypoint'; readonly instruction: CmdInstruction }
  | { readonly kind: 'healthcheck'; readonly instruction: HealthcheckInstruction }
  | { readonly kind: 'maintainer'; readonly instruction: MaintainerInstruction }
  | { readonly kind: 'onbuild'; readonly instruction: OnbuildInstruction }
  | { readonly kind: 'shell'; readonly instruction: ShellInstruction };

/** Key and value. */
export type Pair = readonly [key: string, value: string];

export interface ArgValue {
  readonly name: string;
  /** Absent where nobody sets it. */
  readonly value?: string;
  readonly description?: string;
  /** The value is that of the global ARG. */
  readonly isInherited: boolean;
}

export interface CopyValues {
  readonly kind: 'copy' | 'add';
  readonly instruction: CopyInstruction;
  readonly sources: readonly string[];
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly checksum: string;
  readonly heredocs: readonly { readonly name: string; readonly content: string }[];
}

export interface UndefinedName {
  readonly name: string;
  /** A name near it that is defined. */
  readonly suggestion?: string;
}

/** A DockerfileError as data. */
export interface TraceFault {
  readonly code: DockerfileErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** An image or named context that FROM, COPY --from or a mount names. */
export interface ImageTrace {
  /** As the file names it, expanded. */
  readonly name: string;
  /** Full reference. */
  readonly ref: string;
  /** Of the platform's manifest. */
  readonly manifest: string;
  /** Its own, as `linux/amd64`. */
  readonly platform: string;
  /** The platform that was asked for, where it has another one. */
  readonly expected?: string;
  /** Lines of the instruction that names it. */
  readonly range: LineRange;
}

/** From a line to a line, 1-based and inclusive. */
export interface LineRange {
  readonly start: { readonly line: number };
  readonly end: { readonly line: number };
}

/** The values of one kind of instruction. */
export type ValuesOf<Kind extends InstructionValues['kind']> = Extract<InstructionValues, { readonly kind: Kind }>;

/** All instructions of the stages that are needed. */
export function* neededInstructions({ stages }: DockerfileTrace): Generator<InstructionTrace> {
  for (const { needed, instructions } of stages) if (needed) yield* instructions;
}
