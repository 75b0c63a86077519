import type { Suggestions } from '../../../core/match/index.ts';
import { workingDir } from '../working-dir.ts';
import type { BaseTrace } from './trace.ts';
import { builderArgs, imageVariables, splitVariable, Variables } from './variables.ts';

/** What all stages of a file share. */
export interface FileScope {
  /** The global ARGs, the platform's among them. */
  readonly globals: Variables;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly suggestions: Suggestions;
}

/** The config of an image or context that a stage begins with, as far as it decides words. */
export interface BaseConfig {
  /** `NAME=value`. */
  readonly env?: readonly string[] | undefined;
  readonly shell?: readonly string[] | undefined;
  readonly workdir?: string | undefined;
  /** The triggers of ONBUILD, as instructions. */
  readonly onBuild?: readonly string[] | undefined;
}

/** What the instructions of a stage see and change: its variables, its WORKDIR and its SHELL. */
export class StageVariables {
  /** ENV and ARG. */
  readonly variables: Variables;
  /** Whether they are all that there are. */
  readonly known: boolean;
  workdir = '/';
  workdirSet = false;
  shell: readonly string[] = [];
  /** ENV alone, in the order in which they were first set. */
  private readonly imageEnv: Map<string, string>;
  private readonly declared: Set<string>;
  private readonly file: FileScope;

  private constructor(file: FileScope, known: boolean, from?: StageVariables) {
    this.file = file;
    this.known = known;
    this.variables = from === undefined ? new Variables() : from.variables.withLast(from.imageEnv);
    this.imageEnv = new Map(from?.imageEnv);
    this.declared = new Set(from?.declared);
  }

  /** Of a stage that begins with an image or context; `config` is undefined where it was not looked up. */
  static outside(file: FileScope, config: BaseConfig | undefined): StageVariables {
    const stage = new StageVariables(file, config !== undefined);
    // also where the others are not known, there is a PATH
    for (const entry of imageVariables(config?.env ?? [])) stage.setImageVariable(...splitVariable(entry));
    stage.shell = config?.shell ?? [];
    if (config?.workdir) stage.workdir = workingDir('/', config.workdir);
    return stage;
  }

  /** Of a stage that begins where another one ends. An ARG of the base does not hide its ENV any more. */
  static after(base: StageVariables): StageVariables {
    const stage = new StageVariables(base.file, base.known, base);
    stage.workdir = base.workdir;
    stage.workdirSet = base.workdirSet;
    stage.shell = base.shell;
    return stage;
  }

  /** The stage as its first instruction finds it. */
  trace(base: Pick<BaseTrace, 'kind' | 'name' | 'stage'>): BaseTrace {
    const { known, shell, workdir, workdirSet } = this;
    const environment = base.kind === 'stage' ? [] : [...this.imageEnv].map(([name, value]) => `${name}=${value}`);
    return { ...base, known, environment, shell, workdir, workdirSet };
  }

  setImageVariable(name: string, value: string): void {
    this.variables.set(name, value);
    this.imageEnv.set(name, value);
  }

  declare(name: string, value: string | undefined): void {
    this.declared.add(name);
    if (value !== undefined && !builderArgs.has(name)) this.variables.set(name, value);
  }

  setWorkdir(path: string): void {
    this.workdir = path;
    this.workdirSet = true;
  }

  setShell(shell: readonly string[]): void {
    this.shell = shell;
  }

  buildArg(name: string): string | undefined {
    return Object.hasOwn(this.file.buildArgs, name) ? this.file.buildArgs[name] : undefined;
  }

  globalArg(name: string): string | undefined {
    return this.file.globals.get(name);
  }

  /** Whether a name without a value is a finding. An ARG that nobody sets is none. */
  reports(name: string): boolean {
    return this.known && !builderArgs.has(name) && !this.declared.has(name);
  }

  nearest(name: string): string | undefined {
    return this.file.suggestions.nearest(name, this.variables.names());
  }
}
