import { convertDockerfile } from './build-graph.ts';
import type { Range } from '../../../language/dockerfile/index.ts';
import { lineRanges, sourceText, type LineRanges } from './line-ranges.ts';
import type { DockerfileRequest } from './dockerfile-request.ts';
import type { FrontendPorts } from '../request.ts';
import { StageInputs, type InputArg, type InputMount } from './stage-inputs.ts';
import type { StageState } from './stage.ts';

/** What `--call outline` prints as JSON: BuildKit's frontend.outline 1.0.0 as buildx shows it. Members that say nothing are left out. */
export interface Outline {
  readonly name?: string;
  readonly description?: string;
  readonly args?: readonly { readonly name: string; readonly description?: string; readonly value?: string; readonly location: LineRanges }[];
  readonly secrets?: readonly OutlineMountEntry[];
  readonly ssh?: readonly OutlineMountEntry[];
  /** Dockerfiles in base64. */
  readonly sources: readonly string[];
}

export interface OutlineMountEntry {
  readonly name: string;
  readonly required?: true;
  readonly location: LineRanges;
}

/** What the target takes: ARGs with the values that they have, secrets and ssh agents. Errors: as `buildGraph`. */
export async function describeOutline(request: DockerfileRequest, ports: FrontendPorts, signal: AbortSignal = new AbortController().signal): Promise<Outline> {
  const { target, trace } = await convertDockerfile(request, ports, signal);
  const stages = stagesFrom(target).flatMap((state) => (state.trace === undefined ? [] : new StageInputs(trace, state.trace)));
  const args = firstOf(stages.flatMap((stage) => stage.args().map((arg) => [arg.name, arg] as const)));
  const secrets = firstOf(stages.flatMap((stage) => stage.mounts('secret')));
  const ssh = firstOf(stages.flatMap((stage) => stage.mounts('ssh')));
  const from = target.stage?.from;
  return {
    ...(target.stage?.name && { name: target.stage.name }),
    ...(from?.description && { description: from.description }),
    ...(args.length > 0 && { args: args.map(([, arg]) => argEntry(arg)) }),
    ...(secrets.length > 0 && { secrets: secrets.map(mountEntry) }),
    ...(ssh.length > 0 && { ssh: ssh.map(mountEntry) }),
    sources: [sourceText(request.dockerfile)],
  };
}

/** The target first, then what it begins with, then what it reads. */
function stagesFrom(target: StageState): StageState[] {
  const seen = new Set<StageState>();
  const visit = (stage: StageState): void => {
    if (seen.has(stage)) return;
    seen.add(stage);
    if (stage.base !== undefined) visit(stage.base);
    for (const dependency of stage.dependencies.keys()) visit(dependency);
  };
  visit(target);
  return [...seen];
}

/** Of each name the first, in the order of the lines. */
function firstOf<T extends { readonly range: Range }>(entries: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  const found = new Map<string, T>();
  for (const [name, value] of entries) if (!found.has(name)) found.set(name, value);
  return [...found].sort(([, a], [, b]) => a.range.start.line - b.range.start.line);
}

function argEntry({ name, description, value, range }: InputArg): NonNullable<Outline['args']>[number] {
  return { name, ...(description && { description }), ...(value && { value }), location: lineRanges(range.start.line, range.end.line) };
}

function mountEntry([name, { required, range }]: readonly [string, InputMount]): OutlineMountEntry {
  return { name, ...(required && { required: true as const }), location: lineRanges(range.start.line, range.end.line) };
}
