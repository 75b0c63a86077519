/** The syntax tree of a Dockerfile. Words are as written: quotes, escapes and `$` are still in them. */

/** Lines are 1-based, columns 0-based UTF-16 units. `end` is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
}
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Directive {
  /** Lower case: `syntax`, `escape` or `check`. */
  readonly name: string;
  readonly value: string;
  readonly range: Range;
}

export interface Comment {
  /** Without the `#` and the blank after it. */
  readonly text: string;
  readonly range: Range;
}

/** `<<[-]NAME` of RUN, COPY, ADD. */
export interface Heredoc {
  readonly name: string;
  /** Body with its last newline; tabs already stripped where `chomp`. */
  readonly content: string;
  /** Body exactly as written, tabs included: what a shell or an image config is given. */
  readonly raw: string;
  /** False where the name was quoted. */
  readonly expand: boolean;
  /** `<<-`. */
  readonly chomp: boolean;
  /** As in `3<<EOF`; 0 where none was given. */
  readonly fileDescriptor: number;
}

/** What RUN, CMD, ENTRYPOINT and HEALTHCHECK run. */
export type Command =
  | { readonly form: 'shell'; readonly text: string; readonly heredocs: readonly Heredoc[] }
  | { readonly form: 'exec'; readonly args: readonly string[] };

/** A word as written, and where it stands. */
export interface Word {
  readonly text: string;
  readonly range: Range;
}

export interface KeyValue {
  readonly key: string;
  /** Absent in `ARG name`. */
  readonly value?: string;
  /** The doc comment `# <name> text` above. */
  readonly description?: string;
}

/** One flag of an instruction, as written. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** Without quotes and escapes, its variables not expanded; absent in `--link`. */
  readonly value?: string;
  /** With quotes and escapes, for instance `--chown="a b"`. */
  readonly written: string;
  readonly range: Range;
}

interface InstructionBase {
  /** As written, for instance `run`. */
  readonly keyword: string;
  /** All flags in order. `printInstruction` writes what the fields of the instruction say, not these. */
  readonly flags: readonly Flag[];
  readonly range: Range;
  /** The instruction as one logical line: continuations joined, comments dropped, flags in. */
  readonly original: string;
  /** The source lines exactly as written, heredoc bodies included. */
  readonly source: string;
  /** Comment lines above, back to the instruction before or to an empty comment. */
  readonly comments: readonly Comment[];
  /** Comment lines between the lines of the instruction. */
  readonly commentsWithin: readonly Comment[];
  /** Rule names skipped for this instruction by a `# check=skip=` comment above it. */
  readonly checkSkip: readonly string[];
}

/** One `--mount=`: its comma-separated fields before expansion. */
export interface MountFlag {
  readonly text: string;
}

export interface FromInstruction extends InstructionBase {
  readonly kind: 'from';
  readonly image: string;
  readonly platform?: string;
  /** Stage name as written. */
  readonly name?: string;
  readonly asKeyword?: string;
  readonly description?: string;
}
export interface ArgInstruction extends InstructionBase {
  readonly kind: 'arg';
  readonly args: readonly KeyValue[];
}
export interface EnvInstruction extends InstructionBase {
  readonly kind: 'env';
  readonly pairs: readonly KeyValue[];
  /** True for `ENV key value`. */
  readonly legacy: boolean;
}
export interface LabelInstruction extends InstructionBase {
  readonly kind: 'label';
  readonly pairs: readonly KeyValue[];
  readonly legacy: boolean;
}
export interface MaintainerInstruction extends InstructionBase {
  readonly kind: 'maintainer';
  readonly name: string;
}
export interface RunInstruction extends InstructionBase {
  readonly kind: 'run';
  readonly command: Command;
  readonly mounts: readonly MountFlag[];
  readonly network?: string;
  readonly security?: string;
  readonly devices: readonly string[];
}
export interface CopyInstruction extends InstructionBase {
  readonly kind: 'copy' | 'add';
  /** Without the destination and without heredocs. */
  readonly sources: readonly string[];
  readonly heredocs: readonly Heredoc[];
  readonly destination: string;
  /** COPY only; never expanded. */
  readonly from?: string;
  readonly chown?: string;
  readonly chmod?: string;
  readonly link?: boolean;
  /** COPY only. */
  readonly parents?: boolean;
  readonly exclude: readonly string[];
  /** ADD only, as the four below. */
  readonly checksum?: string;
  readonly keepGitDir?: boolean;
  readonly unpack?: boolean;
}
export interface CmdInstruction extends InstructionBase {
  readonly kind: 'cmd' | 'entrypoint';
  readonly command: Command;
}
export interface HealthcheckInstruction extends InstructionBase {
  readonly kind: 'healthcheck';
  /** Absent for `HEALTHCHECK NONE`. */
  readonly command?: Command;
  /** Nanoseconds. */
  readonly interval?: number;
  readonly timeout?: number;
  readonly startPeriod?: number;
  readonly startInterval?: number;
  readonly retries?: number;
}
export interface ExposeInstruction extends InstructionBase {
  readonly kind: 'expose';
  readonly ports: readonly string[];
}
export interface UserInstruction extends InstructionBase {
  readonly kind: 'user';
  readonly user: string;
}
export interface WorkdirInstruction extends InstructionBase {
  readonly kind: 'workdir';
  readonly path: string;
}
export interface VolumeInstruction extends InstructionBase {
  readonly kind: 'volume';
  readonly paths: readonly string[];
  readonly form: 'words' | 'json';
}
export interface StopsignalInstruction extends InstructionBase {
  readonly kind: 'stopsignal';
  readonly signal: string;
}
export interface ShellInstruction extends InstructionBase {
  readonly kind: 'shell';
  readonly args: readonly string[];
}
export interface OnbuildInstruction extends InstructionBase {
  readonly kind: 'onbuild';
  /** The trigger as it is kept in the image config: one logical line, with heredoc bodies after it. */
  readonly expression: string;
  /** Absent where the expression is no valid instruction: it is kept all the same, and fails the build that uses it. */
  readonly trigger?: Instruction;
}

export type Instruction =
  | FromInstruction
  | ArgInstruction
  | EnvInstruction
  | LabelInstruction
  | MaintainerInstruction
  | RunInstruction
  | CopyInstruction
  | CmdInstruction
  | HealthcheckInstruction
  | ExposeInstruction
  | UserInstruction
  | WorkdirInstruction
  | VolumeInstruction
  | StopsignalInstruction
  | ShellInstruction
  | OnbuildInstruction;

export interface Stage {
  readonly from: FromInstruction;
  /** Lower case; absent where unnamed. */
  readonly name?: string;
  readonly index: number;
  /** Without FROM. */
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** For messages. */
  readonly file: string;
  readonly text: string;
  readonly escape: '\\' | '`';
  readonly directives: readonly Directive[];
  /** The version that `# syntax=` asks for, where it is one after `languageVersion`: what is not known here may be part of it. */
  readonly newerVersion?: string;
  /** ARGs before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** All comments in order, those inside continuations too. */
  readonly comments: readonly Comment[];
  /** The last lines of those instructions that have an empty line inside a continuation. */
  readonly emptyContinuations: readonly Range[];
}
