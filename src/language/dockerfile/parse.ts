import { BuildErrors, type SourceLocation } from '../../core/errors.ts';
import type { ArgInstruction, Dockerfile, FromInstruction, Instruction, Stage } from './ast.ts';
import { detectSyntax } from './directive.ts';
import { DockerfileError, fault, located } from './error.ts';
import { newerVersionOf, withNewerHint } from './frontend-image.ts';
import { InstructionReader } from './instruction-reader.ts';
import { LogicalLines } from './logical-line.ts';
import { SourceText, decodeSource } from './source-text.ts';
import { valueFaults } from './value-faults.ts';

export interface ParseOptions {
  /** Name of the file, for messages. Default `Dockerfile`. */
  readonly file?: string | undefined;
  /** The frontend that is asked for from outside, in the place of the file's own `# syntax=`. */
  readonly syntax?: string | undefined;
}

/** What could be read of a Dockerfile. */
export interface ParsedDockerfile {
  /** Without the instructions that are at fault and, after a fault that ends the reading, without what follows. */
  readonly dockerfile: Dockerfile;
  /** In the order of the lines, each with its place and a hint; at most `maxFaults`. */
  readonly faults: readonly DockerfileError[];
}

/** After this many faults the rest of a file is not read. */
const maxFaults = 20;

/** A whole Dockerfile. Errors: the one fault as DockerfileError, or all of the file's as BuildErrors, each with its lines and a hint. */
export function parseDockerfile(text: string | Uint8Array, options: ParseOptions = {}): Dockerfile {
  const { dockerfile, faults } = read(text, options);
  if (faults.length === 0) return dockerfile;
  const all = withValueFaults({ dockerfile, faults });
  throw all.length === 1 ? all[0]! : new BuildErrors(all);
}

/**
 * A Dockerfile that may be at fault, as an editor has it: the instructions that are right, and all faults, those in the values of flags, ports and signals too.
 * No text makes it throw.
 */
export function parseWithFaults(text: string | Uint8Array, options: ParseOptions = {}): ParsedDockerfile {
  const parsed = read(text, options);
  return { dockerfile: parsed.dockerfile, faults: withValueFaults(parsed) };
}

/** The faults in values are no faults of parsing: see `valueFaults`. They are reported with those that are. */
function withValueFaults({ dockerfile, faults }: ParsedDockerfile): DockerfileError[] {
  return [...faults, ...valueFaults(dockerfile)].toSorted((a, b) => (a.location?.startLine ?? 0) - (b.location?.startLine ?? 0)).slice(0, maxFaults);
}

function read(text: string | Uint8Array, { file = defaultFile, syntax }: ParseOptions): ParsedDockerfile {
  const source = new SourceText(decodeSource(text));
  const lines = new LogicalLines(source);
  const reader = new InstructionReader(source, lines);
  const stages = new StageList();
  const faults: DockerfileError[] = [];
  for (;;) {
    try {
      const instruction = reader.next();
      if (instruction === undefined) break;
      stages.add(instruction);
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error;
      // a FROM that is at fault itself is why there is no stage
      if (error.code === 'NO_STAGE' && faults.length > 0) continue;
      faults.push(located(error, locate(file, source, reader.startLine ?? source.line)));
      if (error.code === 'LINE_TOO_LONG' || error.code === 'UNTERMINATED_HEREDOC' || faults.length >= maxFaults) break;
    }
  }
  if (faults.length === 0) faults.push(...stages.faults(locate(file, source, 1)));
  const newerVersion = newerVersionOf(syntax ?? detectSyntax(source.text)?.image);
  const { directives, comments, emptyContinuations, escape } = lines;
  const dockerfile: Dockerfile = {
    file,
    text: source.text,
    escape,
    directives,
    ...(newerVersion === undefined ? {} : { newerVersion }),
    globalArgs: stages.globalArgs,
    stages: stages.stages,
    comments,
    emptyContinuations,
  };
  return { dockerfile, faults: faults.map((error) => withNewerHint(error, newerVersion)) };
}

const defaultFile = 'Dockerfile';

/** One instruction on its own, as an ONBUILD trigger is kept in an image config. Errors: as `parseDockerfile`. */
export function parseInstruction(text: string, options: ParseOptions & { readonly escape?: '\\' | '`' } = {}): Instruction {
  const source = new SourceText(text);
  const lines = new LogicalLines(source);
  lines.escape = options.escape ?? '\\';
  const reader = new InstructionReader(source, lines);
  try {
    const instruction = reader.next();
    if (instruction === undefined) throw fault('EMPTY_DOCKERFILE', 'no instruction found');
    if (reader.next() !== undefined) throw fault('BAD_ARGUMENTS', 'more than one instruction found', { hint: 'Give one instruction at a time.' });
    return instruction;
  } catch (error) {
    throw error instanceof DockerfileError ? located(error, locate(options.file ?? defaultFile, source, reader.startLine ?? 1)) : error;
  }
}

function locate(file: string, source: SourceText, startLine: number): SourceLocation {
  return { file, startLine, endLine: Math.max(startLine, source.line), text: source.text };
}

/** The instructions so far, put into their stages. */
class StageList {
  readonly globalArgs: ArgInstruction[] = [];
  readonly stages: Stage[] = [];
  private current: Instruction[] | undefined;
  private complained = false;
  private empty = true;

  /** Errors: NO_STAGE, once. */
  add(instruction: Instruction): void {
    this.empty = false;
    if (instruction.kind === 'from') this.start(instruction);
    else if (this.current !== undefined) this.current.push(instruction);
    else if (instruction.kind === 'arg') this.globalArgs.push(instruction);
    else if (!this.complained) {
      this.complained = true;
      throw fault('NO_STAGE', `no build stage in current context: ${instruction.keyword.toUpperCase()} stands before the first FROM`, {
        hint: 'Begin the Dockerfile with FROM; only ARG may stand before it.',
      });
    }
  }

  faults(whole: SourceLocation): DockerfileError[] {
    if (this.empty) {
      const found = whole.text === '' || whole.text === undefined ? 'the Dockerfile cannot be empty' : 'file with no instructions';
      return [fault('EMPTY_DOCKERFILE', `Cannot build ${whole.file}: ${found}`, { hint: 'Begin it with FROM IMAGE.', location: whole })];
    }
    if (this.stages.length > 0) return [];
    return [fault('NO_STAGE', `Cannot build ${whole.file}: dockerfile contains no stages to build`, { hint: 'Add a FROM.', location: whole })];
  }

  private start(from: FromInstruction): void {
    const instructions: Instruction[] = [];
    this.current = instructions;
    this.stages.push({ from, ...(from.name === undefined ? {} : { name: from.name.toLowerCase() }), index: this.stages.length, instructions });
  }
}
