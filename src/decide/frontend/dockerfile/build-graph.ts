import { nearest } from '../../../core/match/index.ts';
import {
  evaluateHead,
  evaluateStages,
  faultError,
  valueFaults,
  type BaseConfig,
  type EvaluationInput,
  type FileHead,
} from '../../../language/dockerfile/index.ts';
import { mountableVertex } from './context-origin.ts';
import { Conversion } from './conversion.ts';
import { convertStage } from './convert-stage.ts';
import { atLocation, frontendError } from '../error.ts';
import { finishImage } from './image-draft.ts';
import { planStages } from './plan-stages.ts';
import { locate } from './location.ts';
import type { DockerfileRequest } from './dockerfile-request.ts';
import type { FrontendPorts, GraphResult, StageSummary, Trace } from '../request.ts';
import { resolveStages } from './resolve-stages.ts';
import type { StageState } from './stage.ts';
import { neededStages, type StagePlan } from './stage-plan.ts';

/**
 * Turns a Dockerfile into vertices and an image config, as BuildKit's dockerfile2llb does. Only what the target needs is asked of the ports.
 * Errors: FrontendError and DockerfileError with their lines, and those of the ports.
 */
export async function buildGraph(request: DockerfileRequest, ports: FrontendPorts, signal: AbortSignal = new AbortController().signal): Promise<GraphResult> {
  const { conversion, plan, target, needed, trace } = await convertDockerfile(request, ports, signal);
  const state = mountableVertex(conversion, target.state, '/');
  return {
    target: state,
    config: finishImage(target.image, request.platform, request.implicitPlatform === true, request.labels ?? {}),
    history: target.history,
    ...(target.baseImage && { base: target.baseImage }),
    targetStage: target.shownName,
    vertices: conversion.verticesOf(state),
    stages: summarise(plan, needed),
    findings: conversion.findings,
    trace,
  };
}

export interface ConvertedDockerfile {
  readonly conversion: Conversion;
  readonly plan: StagePlan;
  readonly target: StageState;
  readonly needed: ReadonlySet<StageState>;
  readonly trace: Trace;
}

/** All stages that are needed, converted. Errors: as `buildGraph`. */
export async function convertDockerfile(request: DockerfileRequest, ports: FrontendPorts, signal: AbortSignal): Promise<ConvertedDockerfile> {
  const { dockerfile } = request;
  const head = evaluateHead(dockerfile, evaluationInput(request));
  throwGlobalFault(head);
  const conversion = new Conversion(request, ports, signal, head);
  const plan = planStages(conversion);
  const target = findTarget(plan, request);
  // reported before anything is asked for
  for (const fault of valueFaults(dockerfile, writtenStages(request, plan, target))) conversion.fail(fault);
  conversion.throwFaults();
  const needed = await resolveStages(conversion, plan, target);
  const trace = traceStages(conversion, plan, needed);
  for (const state of plan.states) if (needed.has(state) && !state.isConverted) convertStage(conversion, state);
  conversion.throwFaults();
  return { conversion, plan, target, needed, trace };
}

/** Every word of every stage, expanded once; the conversion and the checks read it. */
function traceStages(conversion: Conversion, plan: StagePlan, needed: ReadonlySet<StageState>): Trace {
  const states = new Map(plan.states.flatMap((state) => (state.stage === undefined ? [] : [[state.stage.index, state] as const])));
  const trace = evaluateStages(conversion.head, {
    needed: new Set([...needed].flatMap(({ stage }) => stage?.index ?? [])),
    baseConfig: (index) => baseConfigOf(states.get(index)!),
    triggers: (index) => states.get(index)!.instructions.flatMap(({ instruction, isTrigger }) => (isTrigger ? [instruction] : [])),
    replacedBy: (index) => states.get(index)!.replacedBy,
  });
  for (const [index, state] of states) state.trace = trace.stages[index];
  return { ...trace, images: conversion.images };
}

function baseConfigOf({ isResolved, image: { config } }: StageState): BaseConfig | undefined {
  return isResolved ? { env: config.Env, shell: config.Shell, workdir: config.WorkingDir } : undefined;
}

/** Errors: the first fault of an ARG before FROM. */
export function throwGlobalFault({ dockerfile, globals }: Pick<FileHead, 'dockerfile' | 'globals'>): void {
  const faulty = globals.args.find(({ fault }) => fault !== undefined);
  if (faulty?.fault !== undefined) throw atLocation(faultError(faulty.fault), locate(dockerfile, faulty.range));
}

/** The stages whose instructions are carried out, by index; triggers of images may yet need more. */
function writtenStages(request: DockerfileRequest, plan: StagePlan, target: StageState): ReadonlySet<number> {
  const states = request.allStages === true ? plan.states : [...neededStages(target)];
  return new Set(states.flatMap(({ stage, replacedBy }) => (stage === undefined || replacedBy !== undefined ? [] : [stage.index])));
}

const epochArg = 'SOURCE_DATE_EPOCH';

function evaluationInput(request: DockerfileRequest): EvaluationInput {
  const { platform: targetPlatform, buildPlatform, target, sourceDateEpoch } = request;
  return { targetPlatform, buildPlatform, target, sourceDateEpoch, buildArgs: effectiveBuildArgs(request) };
}

/** SOURCE_DATE_EPOCH as steps see it is the resolved number; one that led to no time is not there. */
function effectiveBuildArgs({ buildArgs = {}, sourceDateEpoch }: DockerfileRequest): Readonly<Record<string, string>> {
  if (!Object.hasOwn(buildArgs, epochArg)) return buildArgs;
  const { [epochArg]: given = '', ...others } = buildArgs;
  if (sourceDateEpoch !== undefined) return { ...others, [epochArg]: String(sourceDateEpoch) };
  return /^[+-]?\d+$/.test(given) ? buildArgs : others;
}

/** Errors: TARGET_NOT_FOUND. */
function findTarget(plan: StagePlan, { target, dockerfile }: DockerfileRequest): StageState {
  const found = target === undefined || target === '' ? plan.states.findLast(({ stage }) => stage !== undefined) : plan.named(target);
  if (found !== undefined) return found;
  const names = plan.names();
  const near = nearest((target ?? '').toLowerCase(), names, { caseSensitive: true });
  throw frontendError(
    'TARGET_NOT_FOUND',
    `Cannot build target ${JSON.stringify(target)} of ${dockerfile.file}: target stage ${JSON.stringify(target)} could not be found`,
    near === undefined ? `The stages are ${names.join(', ') || 'without names'}.` : `Did you mean ${near}?`,
  );
}

function summarise(plan: StagePlan, needed: ReadonlySet<StageState>): StageSummary[] {
  return plan.states.flatMap((state) => {
    if (state.stage === undefined) return [];
    const isNeeded = needed.has(state);
    return {
      index: state.stage.index,
      name: state.stage.name ?? `stage-${state.stage.index}`,
      needed: isNeeded,
      ...(isNeeded && state.platform && { platform: state.platform }),
      ...(isNeeded && state.vertex && { result: state.vertex }),
    };
  });
}
