import type { FromInstruction } from '../ast.ts';
import { expandWord } from '../expand.ts';
import type { Suggestions } from '../../../core/match/index.ts';
import type { GlobalArgs } from './global-args.ts';
import { attempt, traceFault } from './trace-fault.ts';
import type { FromTrace, TraceFault, UndefinedName, WordTrace } from './trace.ts';
import type { Variables } from './variables.ts';

export interface FromScope {
  readonly escape: '\\' | '`';
  readonly globals: GlobalArgs;
  /** The global ARGs where the build gives none. */
  readonly defaults: Variables;
  /** Names of all global ARGs, also of those without a value. */
  readonly declared: ReadonlySet<string>;
  readonly suggestions: Suggestions;
}

export function evaluateFrom(instruction: FromInstruction, scope: FromScope): FromTrace {
  const { escape, defaults, globals } = scope;
  const image = evaluateWord(instruction.image, escape, globals.variables);
  const platform = instruction.platform === undefined ? undefined : evaluateWord(instruction.platform, escape, globals.variables);
  const byDefault = evaluateWord(instruction.image, escape, defaults);
  return {
    instruction,
    image,
    ...(platform === undefined ? {} : { platform }),
    ...(byDefault.fault === undefined ? { defaultImage: byDefault.text } : {}),
    undefinedNames: [...new Set([...image.unmatched, ...(platform?.unmatched ?? [])])].flatMap((name) => undefinedName(name, scope)),
  };
}

function undefinedName(name: string, { declared, globals, suggestions }: FromScope): readonly UndefinedName[] {
  if (declared.has(name)) return [];
  const suggestion = suggestions.nearest(name, globalNames(globals, declared));
  return [{ name, ...(suggestion === undefined ? {} : { suggestion }) }];
}

/** Each name once. What takes them may not want all: there may be many, and many that are looked for. */
function* globalNames({ variables }: GlobalArgs, declared: ReadonlySet<string>): Generator<string> {
  yield* variables.names();
  for (const name of declared) if (variables.get(name) === undefined) yield name;
}

function evaluateWord(source: string, escape: '\\' | '`', variables: Variables): WordTrace {
  const matched = new Set<string>();
  const unmatched = new Set<string>();
  let fault: TraceFault | undefined;
  const text = attempt(
    () =>
      expandWord(source, {
        escape,
        lookup: (name) => variables.get(name),
        onMatched: (name) => matched.add(name),
        onUnmatched: (name) => unmatched.add(name),
      }),
    (error) => (fault = traceFault(error)),
  );
  return { source, text: text ?? '', matched: [...matched], unmatched: [...unmatched], ...(fault === undefined ? {} : { fault }) };
}
