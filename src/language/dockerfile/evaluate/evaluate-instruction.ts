import type { ArgInstruction, CopyInstruction, Instruction } from '../ast.ts';
import { checkChecksum } from '../checksum.ts';
import { parseChmod } from '../chmod.ts';
import { parseDevice } from '../device.ts';
import type { DockerfileError } from '../error.ts';
import { expandHeredoc, expandWord, expandWords, type ExpandOptions } from '../expand.ts';
import { checkMount, parseMount, type Mount } from '../mount.ts';
import { workingDir } from '../working-dir.ts';
import { parsePort } from '../port.ts';
import { checkSignal } from '../signal.ts';
import type { StageVariables } from './stage-variables.ts';
import { attempt } from './trace-fault.ts';
import type { ArgValue, InstructionValues, Pair, UndefinedName } from './trace.ts';

/** What one instruction came to. */
export interface Evaluated {
  readonly values: InstructionValues;
  readonly undefinedNames: readonly UndefinedName[];
  /** All of the instruction, in the order of its words. */
  readonly faults: readonly DockerfileError[];
}

/**
 * Expands the words of an instruction and checks their values: the only place that knows which words an instruction has. All words see the variables from before it;
 * what it sets is set in `stage`. Without a stage no variable is known: then a word that has one is expanded to see whether it can be, and its value is not checked.
 */
export function evaluateInstruction(instruction: Instruction, escape: '\\' | '`', stage?: StageVariables): Evaluated {
  const words = new Words(escape, stage);
  const values = evaluate(instruction, words, stage);
  return { values, undefinedNames: words.undefinedNames, faults: words.faults };
}

function evaluate(instruction: Instruction, words: Words, stage: StageVariables | undefined): InstructionValues {
  switch (instruction.kind) {
    case 'arg':
      return { kind: 'arg', instruction, args: stage === undefined ? [] : declareArgs(instruction, words, stage) };
    case 'env': {
      const pairs = words.pairs(instruction.pairs);
      for (const [key, value] of pairs) stage?.setImageVariable(key, value);
      return { kind: 'env', instruction, pairs };
    }
    case 'label':
      return { kind: 'label', instruction, pairs: words.pairs(instruction.pairs) };
    case 'copy':
    case 'add':
      return copyValues(instruction, words, stage);
    case 'run':
      return {
        kind: 'run',
        instruction,
        mounts: instruction.mounts.flatMap(({ text }) => words.mount(text) ?? []),
        devices: instruction.devices.flatMap((text) => words.attempt(() => parseDevice(text)) ?? []),
      };
    case 'expose': {
      // the words are sorted as they were written, before they are read
      const ports = instruction.ports.toSorted(byBytes).flatMap((text) => words.split(text));
      return { kind: 'expose', instruction, words: ports, ports: ports.flatMap((word) => words.check(word, parsePort) ?? []) };
    }
    case 'user':
      return { kind: 'user', instruction, user: words.text(instruction.user) };
    case 'workdir': {
      const path = words.text(instruction.path);
      const workdir = workingDir(stage?.workdir ?? '/', path);
      stage?.setWorkdir(workdir);
      return { kind: 'workdir', instruction, path, workdir };
    }
    case 'volume':
      return { kind: 'volume', instruction, paths: instruction.paths.map((path) => words.text(path)) };
    case 'stopsignal': {
      const signal = words.expand(instruction.signal);
      words.check(signal.value, checkSignal);
      return { kind: 'stopsignal', instruction, signal: signal.text };
    }
    case 'shell':
      stage?.setShell(instruction.args);
      return { kind: 'shell', instruction };
    case 'cmd':
    case 'entrypoint':
      return { kind: instruction.kind, instruction };
    case 'healthcheck':
      return { kind: 'healthcheck', instruction };
    case 'maintainer':
      return { kind: 'maintainer', instruction };
    case 'onbuild':
      return { kind: 'onbuild', instruction };
    case 'from':
      throw new Error('FROM is no instruction within a stage');
    default:
      return instruction satisfies never;
  }
}

/** A build arg wins over the default, and the default over a global ARG of the name. Each ARG of a line sees those before it. */
function declareArgs({ args }: ArgInstruction, words: Words, stage: StageVariables): ArgValue[] {
  return args.map(({ key, value, description }) => {
    const own = stage.buildArg(key) ?? (value === undefined ? undefined : words.text(value));
    const result = own ?? stage.globalArg(key);
    stage.declare(key, result);
    return {
      name: key,
      ...(result === undefined ? {} : { value: result }),
      ...(description === undefined ? {} : { description }),
      isInherited: own === undefined && result !== undefined,
    };
  });
}

function copyValues(instruction: CopyInstruction, words: Words, stage: StageVariables | undefined): InstructionValues {
  const sources = instruction.sources.map((source) => words.text(source));
  const destination = words.text(instruction.destination);
  const chown = words.text(instruction.chown ?? '');
  const chmod = words.expand(instruction.chmod ?? '');
  const checksum = words.expand(instruction.checksum ?? '');
  // once the source is known, it says what a checksum of it is
  if (stage === undefined) words.check(checksum.value, checkChecksum);
  if (chmod.text !== '') words.check(chmod.value, parseChmod);
  const heredocs = instruction.heredocs.map(({ name, content, expand }) => ({ name, content: expand ? words.heredoc(content) : content }));
  return { kind: instruction.kind, instruction, sources, destination, chown, chmod: chmod.text, checksum: checksum.text, heredocs };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

interface Expanded {
  /** As it is written where it cannot be expanded, or where it has a variable and none is known. */
  readonly text: string;
  /** Absent in these cases. */
  readonly value?: string | undefined;
}

/** The words of one instruction, and what is found on the way. */
class Words {
  readonly undefinedNames: UndefinedName[] = [];
  readonly faults: DockerfileError[] = [];
  private readonly seen = new Set<string>();
  private readonly stage: StageVariables | undefined;
  private readonly options: ExpandOptions;

  constructor(escape: '\\' | '`', stage: StageVariables | undefined) {
    this.stage = stage;
    this.options =
      stage === undefined
        ? { escape, lookup: anyValue }
        : { escape, lookup: (name) => stage.variables.get(name), onUnmatched: (name) => this.noteUndefined(name, stage) };
  }

  text(source: string): string {
    return this.expand(source).text;
  }

  expand(source: string): Expanded {
    const value = this.attempt(() => this.known(source));
    return { text: value ?? source, value };
  }

  pairs(pairs: readonly { readonly key: string; readonly value?: string }[]): Pair[] {
    return pairs.map(({ key, value }) => [this.text(key), this.text(value ?? '')] as const);
  }

  /** Cut at blanks too; as with docker build, names that nobody set are no findings here. */
  split(source: string): readonly string[] {
    if (this.stage === undefined) return this.expand(source).value === undefined ? [] : expandWords(source, this.options);
    const { escape, lookup } = this.options;
    return this.attempt(() => expandWords(source, { escape, lookup })) ?? [];
  }

  heredoc(content: string): string {
    const { escape: _escape, ...options } = this.options;
    return this.attempt(() => expandHeredoc(content, options)) ?? content;
  }

  /** Absent where it is at fault, or not known. */
  mount(text: string): Mount | undefined {
    const { stage } = this;
    if (stage !== undefined) return this.attempt(() => parseMount(text, (value) => expandWord(value, this.options), { workdir: stage.workdir }));
    this.attempt(() => checkMount(text, (value) => this.known(value)));
    return undefined;
  }

  /** Before anything is known, nothing says that a value is to be there. */
  check<T>(value: string | undefined, check: (value: string) => T): T | undefined {
    if (value === undefined || (this.stage === undefined && value === '')) return undefined;
    return this.attempt(() => check(value));
  }

  attempt<T>(work: () => T): T | undefined {
    return attempt(work, (error) => this.faults.push(error));
  }

  /** Undefined where the word has a variable and none is known. Errors: BAD_EXPANSION. */
  private known(source: string): string | undefined {
    const text = expandWord(source, this.options);
    return this.stage === undefined && source.includes('$') ? undefined : text;
  }

  private noteUndefined(name: string, stage: StageVariables): void {
    if (this.seen.has(name) || !stage.reports(name)) return;
    this.seen.add(name);
    const suggestion = stage.nearest(name);
    this.undefinedNames.push({ name, ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

/** Set, so that `${name:?message}` is no fault. */
function anyValue(): string {
  return 'x';
}
