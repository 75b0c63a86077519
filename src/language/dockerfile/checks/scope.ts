import type { ArgInstruction, Dockerfile, FromInstruction, Instruction, Stage } from '../ast.ts';
import { type ExpandOptions, expandHeredoc, expandWord, expandWords } from '../expand.ts';
import { parseMount } from '../mount.ts';
import { Suggestions } from '../../../core/match/index.ts';
import { parseInstruction } from '../parse.ts';
import type { BaseConfig, CheckContext } from './context.ts';

/** A Dockerfile with its variables worked out, as far as that goes without a build. */
export interface Scope {
  readonly dockerfile: Dockerfile;
  readonly context: CheckContext;
  readonly froms: readonly FromScope[];
  /** Those that are built, in order. */
  readonly stages: readonly StageScope[];
}

export interface FromScope {
  readonly from: FromInstruction;
  readonly undefinedArgs: readonly UndefinedName[];
  readonly platform?: ExpandedText;
  /** The image with nothing but the defaults of the global ARGs; absent where it cannot be expanded. */
  readonly defaultImage?: string;
}

export interface ExpandedText {
  /** As written. */
  readonly source: string;
  readonly text: string;
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

export interface UndefinedName {
  readonly name: string;
  readonly suggestion?: string | undefined;
}

export interface StageScope {
  readonly stage: Stage;
  /** What ONBUILD of the stage below, or of the base image, brings, then the stage's own. */
  readonly steps: readonly StepScope[];
  /** True where a stage below, or the base image, has set a relative or absolute WORKDIR by an instruction, or SHELL. */
  readonly inherited: { readonly workdir: boolean; readonly shell: boolean };
}

export interface StepScope {
  readonly instruction: Instruction;
  /** Where a finding is reported: at the instruction, for a trigger at the FROM that brings it. */
  readonly at: Instruction;
  /** ENV and ARG: their keys. COPY and ADD: their sources. WORKDIR: its path. EXPOSE: its ports. */
  readonly words: readonly string[];
  readonly undefinedNames: readonly UndefinedName[];
}

export function openScope(dockerfile: Dockerfile, context: CheckContext): Scope {
  const suggestions = new Suggestions();
  const globals = new Globals(dockerfile, context, suggestions);
  const froms = dockerfile.stages.map((stage) => globals.readFrom(stage.from));
  const states: StageState[] = [];
  for (const stage of dockerfile.stages) states.push(runStage(stage, states, globals, { dockerfile, context, suggestions }));
  const stages = states.filter(({ stage }) => context.stages?.has(stage.index) ?? true);
  return { dockerfile, context, froms, stages };
}

/** The ARGs before the first FROM, with the platform's. */
class Globals {
  readonly values: Map<string, string>;
  private readonly defaults: Map<string, string>;
  private readonly names: Set<string>;
  private readonly escape: '\\' | '`';
  private readonly suggestions: Suggestions;

  constructor(dockerfile: Dockerfile, context: CheckContext, suggestions: Suggestions) {
    this.suggestions = suggestions;
    this.escape = dockerfile.escape;
    this.defaults = automaticArgs(dockerfile, context);
    this.values = new Map(this.defaults);
    this.names = new Set(this.values.keys());
    for (const argument of dockerfile.globalArgs) {
      this.define(argument, this.values, context.buildArgs ?? {});
      this.define(argument, this.defaults, {});
    }
  }

  readFrom(from: FromInstruction): FromScope {
    const undefinedArgs: UndefinedName[] = [];
    this.expand(from.image, this.values, undefinedArgs);
    const platform = from.platform === undefined ? undefined : this.expand(from.platform, this.values, undefinedArgs);
    const image = this.expand(from.image, this.defaults, []);
    return { from, undefinedArgs, ...(platform === undefined ? {} : { platform }), ...(image === undefined ? {} : { defaultImage: image.text }) };
  }

  private define(instruction: ArgInstruction, into: Map<string, string>, buildArgs: Readonly<Record<string, string>>): void {
    for (const { key, value } of instruction.args) {
      this.names.add(key);
      const given = Object.hasOwn(buildArgs, key) ? buildArgs[key] : value === undefined ? undefined : this.expand(value, into, [])?.text;
      if (given !== undefined) into.set(key, given);
    }
  }

  private expand(source: string, values: ReadonlyMap<string, string>, undefinedArgs: UndefinedName[]): ExpandedText | undefined {
    const matched = new Set<string>();
    const unmatched = new Set<string>();
    const options: ExpandOptions = {
      escape: this.escape,
      lookup: (name) => values.get(name),
      onMatched: (name) => matched.add(name),
      onUnmatched: (name) => unmatched.add(name),
    };
    const text = attempt(() => expandWord(source, options));
    for (const name of unmatched) {
      if (!this.names.has(name)) undefinedArgs.push({ name, suggestion: this.suggestions.nearest(name, this.names) });
    }
    return text === undefined ? undefined : { source, text, matched, unmatched };
  }
}

function automaticArgs(dockerfile: Dockerfile, context: CheckContext): Map<string, string> {
  const args = new Map<string, string>();
  for (const [prefix, platform] of [
    ['BUILD', context.buildPlatform ?? 'linux/amd64'],
    ['TARGET', context.targetPlatform ?? 'linux/amd64'],
  ] as const) {
    const [os = '', architecture = '', variant = ''] = platform.split('/');
    args
      .set(`${prefix}PLATFORM`, platform)
      .set(`${prefix}OS`, os)
      .set(`${prefix}OSVERSION`, '')
      .set(`${prefix}ARCH`, architecture)
      .set(`${prefix}VARIANT`, variant);
  }
  const target = context.target ?? dockerfile.stages.at(-1)?.name;
  return args.set('TARGETSTAGE', target === undefined || target === '' ? 'default' : target);
}

interface StageState extends StageScope {
  /** Undefined where the base image's are not known. */
  readonly environment: ReadonlyMap<string, string> | undefined;
  readonly declared: ReadonlySet<string>;
  readonly workdirSet: boolean;
  readonly shellSet: boolean;
}

/** These need no declaration. */
const undeclaredArgs: readonly string[] = ['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE'];

interface Surroundings {
  readonly dockerfile: Dockerfile;
  readonly context: CheckContext;
  readonly suggestions: Suggestions;
}

function runStage(stage: Stage, before: readonly StageState[], globals: Globals, { dockerfile, context, suggestions }: Surroundings): StageState {
  const image = attempt(() => expandWord(stage.from.image, { escape: dockerfile.escape, lookup: (name) => globals.values.get(name) })) ?? '';
  const base = before.findLast(({ stage: { name } }) => name === image);
  const config = base === undefined ? context.baseConfig?.(stage.index) : undefined;
  const known = base === undefined ? image === 'scratch' || config !== undefined : base.environment !== undefined;
  const environment = new Map(base?.environment ?? [['PATH', ''], ...(config?.env ?? []).map((pair) => splitPair(pair))]);
  const declared = new Set(base?.declared);
  const inherited = { workdir: base?.workdirSet ?? false, shell: base?.shellSet ?? (config?.shell?.length ?? 0) > 0 };
  const walker = { environment, declared, globals, suggestions, known, escape: dockerfile.escape, buildArgs: context.buildArgs ?? {} };
  const triggers = triggersOf(base?.stage, config).map((trigger) => ({ ...runStep(trigger, walker), at: stage.from }));
  const steps = [...triggers, ...stage.instructions.map((instruction) => runStep(instruction, walker))];
  const has = (kind: Instruction['kind']): boolean => steps.some(({ instruction }) => instruction.kind === kind);
  return {
    stage,
    steps,
    inherited,
    environment: known ? environment : undefined,
    declared,
    workdirSet: inherited.workdir || has('workdir'),
    shellSet: inherited.shell || has('shell'),
  };
}

/** What ONBUILD of the stage below, or of the base image, brings. A trigger that is at fault fails the build. */
function triggersOf(below: Stage | undefined, config: BaseConfig | undefined): Instruction[] {
  const ofImage = (config?.onBuild ?? []).flatMap((text) => attempt(() => parseInstruction(text)) ?? []);
  const ofStage = (below?.instructions ?? []).flatMap((instruction) => (instruction.kind === 'onbuild' ? (instruction.trigger ?? []) : []));
  return [...ofImage, ...ofStage];
}

interface Walker {
  readonly environment: Map<string, string>;
  readonly declared: Set<string>;
  readonly globals: Globals;
  readonly suggestions: Suggestions;
  /** Whether `environment` is all that there is. */
  readonly known: boolean;
  readonly escape: '\\' | '`';
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** All words of an instruction see the values from before it. */
function runStep(instruction: Instruction, walker: Walker): StepScope {
  const undefinedNames: UndefinedName[] = [];
  const { environment, declared, escape } = walker;
  const options = (): ExpandOptions => {
    const seen = new Set<string>();
    return {
      escape,
      lookup: (name) => environment.get(name),
      onUnmatched: (name) => {
        if (!walker.known || seen.has(name) || declared.has(name) || undeclaredArgs.includes(name)) return;
        seen.add(name);
        undefinedNames.push({ name, suggestion: walker.suggestions.nearest(name, environment.keys()) });
      },
    };
  };
  const expand = (text: string | undefined): string => (text === undefined ? '' : (attempt(() => expandWord(text, options())) ?? text));
  let words: string[] = [];
  switch (instruction.kind) {
    case 'env':
    case 'label': {
      const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value)] as const);
      if (instruction.kind === 'env') for (const [key, value] of pairs) environment.set(key, value);
      words = pairs.map(([key]) => key);
      break;
    }
    case 'arg':
      words = instruction.args.map(({ key }) => key);
      for (const { key, value } of instruction.args) {
        const given = Object.hasOwn(walker.buildArgs, key) ? walker.buildArgs[key] : value === undefined ? walker.globals.values.get(key) : expand(value);
        declared.add(key);
        if (given !== undefined) environment.set(key, given);
      }
      break;
    case 'copy':
    case 'add':
      expand(instruction.chown);
      expand(instruction.chmod);
      expand(instruction.checksum);
      for (const { name, content, expand: expanded } of instruction.heredocs) {
        expand(name);
        if (expanded) attempt(() => expandHeredoc(content, options()));
      }
      words = instruction.sources.map(expand);
      expand(instruction.destination);
      break;
    case 'run':
      for (const { text } of instruction.mounts) attempt(() => parseMount(text, expand));
      break;
    case 'workdir':
      words = [expand(instruction.path)];
      break;
    case 'user':
      expand(instruction.user);
      break;
    case 'volume':
      instruction.paths.forEach(expand);
      break;
    case 'stopsignal':
      expand(instruction.signal);
      break;
    case 'expose':
      // ports are cut into words, and what they name is not reported
      words = instruction.ports.toSorted().flatMap((port) => attempt(() => expandWords(port, { escape, lookup: (name) => environment.get(name) })) ?? []);
      break;
    default:
  }
  return { instruction, at: instruction, words, undefinedNames };
}

function splitPair(pair: string): [string, string] {
  const cut = pair.indexOf('=');
  return cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)];
}

/** What cannot be expanded is the build's to report, not a check's. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
