import type { Dockerfile, Instruction } from './ast.ts';
import { checkChecksum } from './checksum.ts';
import { parseChmod } from './chmod.ts';
import { DockerfileError, located } from './error.ts';
import { expandHeredoc, expandWord } from './expand.ts';
import { withNewerHint } from './frontend-image.ts';
import { checkMount } from './mount.ts';
import { parsePort } from './port.ts';
import { checkSignal } from './signal.ts';

/**
 * Faults in the values of instructions that need no build to be seen: values of flags, ports and signals that have no variable in them, and substitutions that are
 * faulty whatever the variables are. `stages` says by index which are looked at, default all: docker build takes a file with such a fault in a stage that it does not build.
 */
export function valueFaults(
  dockerfile: Pick<Dockerfile, 'file' | 'text' | 'escape' | 'stages' | 'newerVersion'>,
  stages?: ReadonlySet<number>,
): DockerfileError[] {
  const { file, text, escape } = dockerfile;
  const wanted = stages === undefined ? dockerfile.stages : dockerfile.stages.filter(({ index }) => stages.has(index));
  return wanted.flatMap(({ instructions }) =>
    instructions.flatMap((instruction) => {
      const { start, end } = instruction.range;
      const found = new InstructionValues(instruction, escape).faults;
      return found.map((fault) => withNewerHint(located(fault, { file, startLine: start.line, endLine: end.line, text }), dockerfile.newerVersion));
    }),
  );
}

/** Looks at one instruction. */
class InstructionValues {
  readonly faults: DockerfileError[] = [];
  private readonly escape: '\\' | '`';

  constructor(instruction: Instruction, escape: '\\' | '`') {
    this.escape = escape;
    this.check(instruction);
  }

  private check(instruction: Instruction): void {
    switch (instruction.kind) {
      case 'run':
        for (const { text } of instruction.mounts) this.attempt(() => checkMount(text, (value) => this.constant(value)));
        break;
      case 'copy':
      case 'add':
        this.words(...instruction.sources, instruction.destination, instruction.chown ?? '');
        this.value(instruction.checksum ?? '', checkChecksum);
        this.value(instruction.chmod ?? '', parseChmod);
        for (const { content, expand } of instruction.heredocs) if (expand) this.attempt(() => expandHeredoc(content, { lookup: anyValue }));
        break;
      case 'expose':
        for (const port of instruction.ports) this.value(port, parsePort);
        break;
      case 'stopsignal':
        this.value(instruction.signal, checkSignal);
        break;
      case 'env':
      case 'label':
        this.words(...instruction.pairs.flatMap(({ key, value }) => [key, value ?? '']));
        break;
      case 'user':
        this.words(instruction.user);
        break;
      case 'workdir':
        this.words(instruction.path);
        break;
      case 'volume':
        this.words(...instruction.paths);
        break;
      // a build arg may stand in for the default of an ARG; a fault in a trigger is one of the build that uses it
      default:
    }
  }

  private words(...texts: readonly string[]): void {
    for (const text of texts) this.attempt(() => this.constant(text));
  }

  private value(text: string, check: (value: string) => unknown): void {
    this.attempt(() => {
      const value = this.constant(text);
      if (value !== undefined && value !== '') check(value);
    });
  }

  /** Undefined where the word has a variable. Errors: BAD_EXPANSION for what is no substitution. */
  private constant(text: string): string | undefined {
    const value = expandWord(text, { escape: this.escape, lookup: anyValue });
    return text.includes('$') ? undefined : value;
  }

  private attempt(check: () => unknown): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error;
      this.faults.push(error);
    }
  }
}

/** Set, so that `${name:?message}` is no fault. */
function anyValue(): string {
  return 'x';
}
