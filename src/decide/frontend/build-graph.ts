import { nearest } from '../../core/match/index.ts';
import { valueFaults } from '../../language/dockerfile/index.ts';
import { mountableVertex } from './context-origin.ts';
import { Conversion } from './conversion.ts';
import { convertStage } from './convert-stage.ts';
import { frontendError } from './error.ts';
import { globalArgs } from './global-args.ts';
import { finishImage } from './image-draft.ts';
import { planStages } from './plan-stages.ts';
import type { FrontendPorts, GraphRequest, GraphResult, StageSummary } from './request.ts';
import { resolveStages } from './resolve-stages.ts';
import type { StageState } from './stage.ts';
import { neededStages, type StagePlan } from './stage-plan.ts';

/**
 * Turns a Dockerfile into vertices and an image config, as BuildKit's dockerfile2llb does. Only what the target needs is asked of the ports.
 * Errors: FrontendError and DockerfileError with their lines, and those of the ports.
 */
export async function buildGraph(request: GraphRequest, ports: FrontendPorts, signal: AbortSignal = new AbortController().signal): Promise<GraphResult> {
  const { conversion, plan, target, needed } = await convertDockerfile(request, ports, signal);
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
  };
}

export interface ConvertedDockerfile {
  readonly conversion: Conversion;
  readonly plan: StagePlan;
  readonly target: StageState;
  readonly needed: ReadonlySet<StageState>;
}

/** All stages that are needed, converted. Errors: as `buildGraph`. */
export async function convertDockerfile(request: GraphRequest, ports: FrontendPorts, signal: AbortSignal): Promise<ConvertedDockerfile> {
  const { dockerfile, platform, buildPlatform } = request;
  const buildArgs = effectiveBuildArgs(request);
  const stage = (request.target || dockerfile.stages.at(-1)?.name) ?? 'default';
  const globals = globalArgs(dockerfile, { build: buildPlatform, target: platform, stage }, buildArgs);
  if (request.sourceDateEpoch !== undefined && globals.environment.get(epochArg)) globals.environment.set(epochArg, String(request.sourceDateEpoch));
  const conversion = new Conversion(request, ports, signal, globals, buildArgs);
  const plan = planStages(conversion);
  const target = findTarget(plan, request);
  // told before anything is asked for
  for (const fault of valueFaults(dockerfile, writtenStages(request, plan, target))) conversion.fail(fault);
  conversion.throwFaults();
  const needed = await resolveStages(conversion, plan, target);
  for (const state of plan.states) if (needed.has(state) && !state.isConverted) convertStage(conversion, state);
  conversion.throwFaults();
  return { conversion, plan, target, needed };
}

/** The stages whose instructions are carried out, by index; triggers of images may yet need more. */
function writtenStages(request: GraphRequest, plan: StagePlan, target: StageState): ReadonlySet<number> {
  const states = request.allStages === true ? plan.states : [...neededStages(target)];
  return new Set(states.flatMap(({ stage, replacedBy }) => (stage === undefined || replacedBy !== undefined ? [] : [stage.index])));
}

const epochArg = 'SOURCE_DATE_EPOCH';

/** SOURCE_DATE_EPOCH as steps see it is the resolved number; one that led to no time is not there. */
function effectiveBuildArgs({ buildArgs = {}, sourceDateEpoch }: GraphRequest): Readonly<Record<string, string>> {
  if (!Object.hasOwn(buildArgs, epochArg)) return buildArgs;
  const { [epochArg]: given = '', ...others } = buildArgs;
  if (sourceDateEpoch !== undefined) return { ...others, [epochArg]: String(sourceDateEpoch) };
  return /^[+-]?\d+$/.test(given) ? buildArgs : others;
}

/** Errors: TARGET_NOT_FOUND. */
function findTarget(plan: StagePlan, { target, dockerfile }: GraphRequest): StageState {
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
      ...(isNeeded && state.base === undefined && state.baseImage && { base: state.baseImage }),
      ...(isNeeded && state.vertex && { result: state.vertex }),
    };
  });
}
