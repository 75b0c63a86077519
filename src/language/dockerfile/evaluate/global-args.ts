import { formatPlatform, type Platform } from '../../../core/oci/index.ts';
import type { Dockerfile, KeyValue, Range } from '../ast.ts';
import { expandWord } from '../expand.ts';
import { attempt, traceFault } from './trace-fault.ts';
import type { GlobalArgTrace, TraceFault } from './trace.ts';
import { Variables } from './variables.ts';

/** What a build says that a file does not. */
export interface EvaluationInput {
  readonly targetPlatform: Platform;
  readonly buildPlatform: Platform;
  /** Name of a stage. Default: the last one. */
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** What a global ARG SOURCE_DATE_EPOCH stands for, seconds since 1970. */
  readonly sourceDateEpoch?: number | undefined;
}

export interface GlobalArgs {
  /** Those that have a value, the platform's among them. */
  readonly variables: Variables;
  readonly args: readonly GlobalArgTrace[];
}

/** The variables that FROM may use and that stages inherit by `ARG name`. */
export function evaluateGlobalArgs(dockerfile: Dockerfile, input: EvaluationInput): GlobalArgs {
  const { buildArgs = {}, sourceDateEpoch } = input;
  const variables = platformArgs(dockerfile, input, buildArgs);
  const args = new Map<string, GlobalArgTrace>();
  const all: GlobalArgTrace[] = [];
  for (const { args: pairs, range } of dockerfile.globalArgs) {
    for (const pair of pairs) {
      const arg = evaluateGlobalArg(pair, range, { dockerfile, variables, buildArgs, usesOf: (name) => args.get(name)?.uses ?? [] });
      if (arg.value !== undefined) variables.set(arg.name, arg.value);
      args.set(arg.name, arg);
      all.push(arg);
    }
  }
  if (sourceDateEpoch !== undefined && variables.get(epochArg)) variables.set(epochArg, String(sourceDateEpoch));
  return { variables, args: all };
}

const epochArg = 'SOURCE_DATE_EPOCH';

interface GlobalScope {
  readonly dockerfile: Dockerfile;
  readonly variables: Variables;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly usesOf: (name: string) => readonly string[];
}

function evaluateGlobalArg({ key, value, description }: KeyValue, range: Range, { dockerfile, variables, buildArgs, usesOf }: GlobalScope): GlobalArgTrace {
  const uses = new Set<string>();
  let fault: TraceFault | undefined;
  let result = Object.hasOwn(buildArgs, key) ? buildArgs[key] : undefined;
  if (result === undefined && value !== undefined) {
    const options = { escape: dockerfile.escape, lookup: (name: string) => variables.get(name), onMatched: (name: string) => uses.add(name) };
    result = attempt(
      () => expandWord(value, options),
      (error) => (fault = traceFault(error)),
    );
    // `ARG a=$a-x` uses what the ARG before it does
    if (uses.delete(key)) for (const name of usesOf(key)) uses.add(name);
  }
  return {
    name: key,
    ...(result === undefined ? {} : { value: result }),
    ...(description === undefined ? {} : { description }),
    range,
    uses: [...uses],
    ...(fault === undefined ? {} : { fault }),
  };
}

/** The platform ARGs and TARGETSTAGE; a build arg of the name wins. */
function platformArgs(dockerfile: Dockerfile, input: EvaluationInput, buildArgs: Readonly<Record<string, string>>): Variables {
  const { buildPlatform: build, targetPlatform: target } = input;
  const values: readonly [string, string][] = [
    ['BUILDPLATFORM', formatPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', build['os.version'] ?? ''],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant ?? ''],
    ['TARGETPLATFORM', formatPlatform(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', target['os.version'] ?? ''],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant ?? ''],
    ['TARGETSTAGE', (input.target || dockerfile.stages.at(-1)?.name) ?? 'default'],
  ];
  return new Variables(values.map(([name, value]) => [name, Object.hasOwn(buildArgs, name) ? (buildArgs[name] ?? '') : value]));
}
