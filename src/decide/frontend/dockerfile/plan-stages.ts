import type { SourceLocation } from '../../../core/errors.ts';
import { faultError, type FromTrace, type Stage, type WordTrace } from '../../../language/dockerfile/index.ts';
import { parsePlatform, parseReference, type Platform } from '../../../core/oci/index.ts';
import type { Conversion } from './conversion.ts';
import { atLocation, frontendError, withHint } from '../error.ts';
import { findNamedContext } from './named-contexts.ts';
import { planInstruction } from './plan-instruction.ts';
import { StageState } from './stage.ts';
import { findCycle, StagePlan } from './stage-plan.ts';

/** Errors: REFERENCE_INVALID, BASE_NAME, BASE_PLATFORM, FROM_VARIABLE, STAGE_INDEX, STAGE_CYCLE, and those of expansion. */
export function planStages(conversion: Conversion): StagePlan {
  const plan = new StagePlan();
  for (const stage of conversion.dockerfile.stages) {
    const location = conversion.locate(stage.from.range);
    try {
      plan.add(planStage(conversion, plan, stage, location));
    } catch (error) {
      throw withArgHint(conversion, atLocation(error, location), location);
    }
  }
  for (const state of plan.states.slice()) {
    state.instructions = (state.stage?.instructions ?? []).map((instruction) =>
      planInstruction(plan, state, instruction, { location: conversion.locate(instruction.range), isTrigger: false }),
    );
  }
  for (const state of plan.states) requireImageName(conversion, state);
  requireNoCycle(plan);
  if (plan.states.length === 1) plan.states[0]!.shownName = '';
  return plan;
}

/** Errors: STAGE_CYCLE. */
export function requireNoCycle(plan: StagePlan): void {
  const cycle = findCycle(plan);
  const first = cycle?.[0];
  if (cycle === undefined || first === undefined) return;
  const way = [...cycle, first].map((state) => state.shownName || state.baseName).join(' -> ');
  const location = first.dependencies.get(cycle[1] ?? first)?.location ?? first.location;
  throw frontendError('STAGE_CYCLE', `Cannot order the stages: circular dependency ${way}`, 'A stage can only use what comes before it.', location);
}

/** Also where the target does not need it. Errors: REFERENCE_INVALID. */
function requireImageName(conversion: Conversion, state: StageState): void {
  if (state.base !== undefined || state.baseName === 'scratch') return;
  try {
    parseReference(state.baseName);
  } catch (error) {
    throw withArgHint(conversion, atLocation(error, state.location), state.location);
  }
}

/** What is wrong with a FROM may come from a variable of it that nobody set. */
function withArgHint(conversion: Conversion, error: unknown, location: SourceLocation): unknown {
  const misspelt = conversion.findings.find((finding) => finding.rule === 'UndefinedArgInFrom' && finding.location.startLine === location.startLine);
  if (misspelt?.rule !== 'UndefinedArgInFrom' || misspelt.suggestion === undefined) return error;
  return withHint(error, `No ARG before FROM sets ${misspelt.name}: did you mean ${misspelt.suggestion}?`);
}

function planStage(conversion: Conversion, plan: StagePlan, stage: Stage, location: SourceLocation): StageState {
  const from = conversion.head.froms[stage.index]!;
  const { image, platform } = from;
  reportUndefined(conversion, from, image, location);
  const baseName = textOf(image);
  if (baseName === '') {
    throw frontendError(
      'BASE_NAME',
      `Cannot use FROM ${image.source}: base name (${image.source}) should not be blank`,
      'Give the ARG before FROM a default value.',
    );
  }
  const state = new StageState(stage, baseName, stage.name ?? `stage-${stage.index}`, location);
  if (platform !== undefined) {
    reportUndefined(conversion, from, platform, location);
    state.platform = readPlatform(platform, conversion.targetPlatform);
  }
  if (stage.name !== undefined) state.replacedBy = findNamedContext(conversion.request, stage.name, state.platform ?? conversion.targetPlatform);
  if (state.replacedBy !== undefined) return state;
  state.base = plan.base(baseName);
  const layered = stage.instructions.filter(({ kind }) => kind === 'run' || kind === 'copy' || kind === 'add' || kind === 'workdir');
  state.stepTotal = layered.length + (baseName === 'scratch' || state.base !== undefined ? 0 : 1);
  state.ignoreCache = isUncached(conversion, stage.name ?? '');
  return state;
}

function reportUndefined(conversion: Conversion, { undefinedNames }: FromTrace, { unmatched }: WordTrace, location: SourceLocation): void {
  const names = new Set(unmatched);
  for (const found of undefinedNames) if (names.has(found.name)) conversion.report({ rule: 'UndefinedArgInFrom', location, ...found });
}

/** Errors: BAD_EXPANSION. */
function textOf({ text, fault }: WordTrace): string {
  if (fault !== undefined) throw faultError(fault);
  return text;
}

function readPlatform(word: WordTrace, defaults: Platform): Platform {
  const text = textOf(word);
  if (text !== '') return parsePlatform(text, defaults);
  throw frontendError(
    'BASE_PLATFORM',
    `Cannot use --platform=${word.source}: empty platform value from expression ${word.source}`,
    'Write it as linux/amd64, or name a variable that is set.',
  );
}

function isUncached(conversion: Conversion, name: string): boolean {
  const { noCache, noCacheFilter = [] } = conversion.request;
  return noCache === true || noCacheFilter.some((filter) => filter.toLowerCase() === name.toLowerCase());
}
