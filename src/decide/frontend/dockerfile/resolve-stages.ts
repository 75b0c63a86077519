import { BuildError } from '../../../core/errors.ts';
import { nearest } from '../../../core/match/index.ts';
import { parseInstruction, type Instruction } from '../../../language/dockerfile/index.ts';
import { formatPlatform, formatReference, parseReference, type Platform } from '../../../core/oci/index.ts';
import { contextVertex, imageVertex, scratchVertex } from './context-origin.ts';
import type { Conversion } from './conversion.ts';
import { atLocation, frontendError, withHint } from '../error.ts';
import { emptyImage, inheritedImage } from './image-draft.ts';
import { findNamedContext } from './named-contexts.ts';
import { planInstruction } from './plan-instruction.ts';
import { requireNoCycle } from './plan-stages.ts';
import { inheritedHistory } from './history.ts';
import type { ContextOrigin, ResolvedImage } from '../request.ts';
import type { StageState } from './stage.ts';
import { neededStages, type StagePlan } from './stage-plan.ts';
import { nextStepName } from './vertex-name.ts';

/**
 * Resolves what the needed stages begin with, all at once, and plans the ONBUILD triggers that come with it; these may need more. Gives the needed stages.
 * Errors: those of the ports, TRIGGER, STAGE_CYCLE, WINDOWS.
 */
export async function resolveStages(conversion: Conversion, plan: StagePlan, target: StageState): Promise<ReadonlySet<StageState>> {
  const bases = new BaseLookup(conversion);
  for (;;) {
    const needed = conversion.request.allStages === true ? new Set(plan.states) : neededStages(target);
    const open = [...needed].filter((state) => state.base === undefined && !state.isResolved);
    await resolveAll(conversion, open, (state) => resolveStage(conversion, plan, bases, state));
    let isComplete = true;
    for (const state of needed) if (planTriggers(plan, state)) isComplete = false;
    if (isComplete) return needed;
    requireNoCycle(plan);
  }
}

/** The first failure stops the others. */
async function resolveAll(conversion: Conversion, states: readonly StageState[], resolve: (state: StageState) => Promise<Resolution>): Promise<void> {
  const resolutions = await Promise.all(
    states.map(async (state) => {
      try {
        return await resolve(state);
      } catch (error) {
        throw atLocation(error, state.location);
      }
    }),
  );
  // in the order of the Dockerfile, whichever came first
  states.forEach((state, index) => resolutions[index]?.(state));
  conversion.signal.throwIfAborted();
}

/** Enters what was found into the stage. */
type Resolution = (state: StageState) => void;

async function resolveStage(conversion: Conversion, plan: StagePlan, bases: BaseLookup, stage: StageState): Promise<Resolution> {
  const platform = stage.platform ?? conversion.targetPlatform;
  if (stage.replacedBy !== undefined) {
    const origin = await bases.context(stage.replacedBy, platform, stage);
    return (state) => enterContext(conversion, state, origin, state.replacedBy ?? '', platform, true);
  }
  if (stage.baseName === 'scratch') return (state) => enterScratch(conversion, state);
  const context = findNamedContext(conversion.request, stage.baseName, platform);
  if (context !== undefined) {
    const origin = await bases.context(context, platform, stage);
    return (state) => enterContext(conversion, state, origin, context, platform, false);
  }
  const image = await bases.image(plan, stage, platform);
  return (state) => enterImage(conversion, state, image, platform);
}

function enterScratch(conversion: Conversion, state: StageState): void {
  state.isResolved = true;
  state.isConverted = state.stage === undefined;
  // --platform of FROM scratch says nothing
  state.platform = conversion.targetPlatform;
  state.image = emptyImage(conversion.targetPlatform);
  state.vertex = scratchVertex(conversion);
}

/** Where the context stands for the stage itself, the stage's own instructions are not carried out. */
function enterContext(conversion: Conversion, state: StageState, origin: ContextOrigin, name: string, platform: Platform, isWholeStage: boolean): void {
  state.isResolved = true;
  state.isConverted = isWholeStage || state.stage === undefined;
  state.platform = platform;
  state.vertex = contextVertex(conversion, origin, { shown: `[context ${name}]`, local: `[context ${name}] load from client` }, state.location);
  const image = origin.kind === 'image' || origin.kind === 'oci-layout' ? origin.image : undefined;
  if (image === undefined) {
    state.image = emptyImage(platform);
    return;
  }
  enterConfig(conversion, state, image, name);
  if (isWholeStage) state.platform = image.platform;
}

function enterImage(conversion: Conversion, state: StageState, image: ResolvedImage, asked: Platform): void {
  state.isResolved = true;
  state.isConverted = state.stage === undefined;
  const { os, architecture, variant } = image.config;
  const own: Platform = { os, architecture, ...(variant ? { variant } : {}) };
  const differs = os !== asked.os || architecture !== asked.architecture;
  const isImplicit = conversion.request.implicitPlatform === true && state.platform === undefined;
  state.platform = differs && isImplicit ? own : asked;
  const shownRef = image.ref.includes('@') ? image.ref : `${image.ref}@${image.digest ?? image.manifest}`;
  const name = nextStepName(conversion, state, `FROM ${shownRef}`, { isTrigger: false, platform: state.platform });
  state.vertex = imageVertex(conversion, image, name, state.location);
  enterConfig(conversion, state, image, state.baseName, differs && !isImplicit ? formatPlatform(asked) : undefined);
  if (differs && !isImplicit) {
    conversion.report({
      rule: 'InvalidBaseImagePlatform',
      location: state.location,
      image: state.baseName,
      expected: formatPlatform(asked),
      found: formatPlatform(own),
    });
  }
}

function enterConfig(conversion: Conversion, state: StageState, image: ResolvedImage, name: string, expected?: string): void {
  if (image.config.os === 'windows') {
    throw frontendError('WINDOWS', `Cannot build on ${image.ref}: it is a Windows image`, 'Only Linux images can be built.', state.location);
  }
  state.image = inheritedImage(image.config);
  state.baseImage = image;
  state.history = inheritedHistory(image.config);
  const { os, architecture, variant } = image.config;
  conversion.images.push({
    name,
    ref: image.ref,
    manifest: image.manifest,
    platform: formatPlatform({ os, architecture, ...(variant ? { variant } : {}) }),
    ...(expected === undefined ? {} : { expected }),
    range: { start: { line: state.location.startLine }, end: { line: state.location.endLine } },
  });
}

/** ONBUILD triggers of the base go before the stage's own instructions. True where they read further stages or images. */
function planTriggers(plan: StagePlan, state: StageState): boolean {
  if (state.areTriggersPlanned || state.isConverted) return false;
  state.areTriggersPlanned = true;
  const triggers = [...(state.image.config.OnBuild ?? [])];
  delete state.image.config.OnBuild;
  for (const { instruction } of state.base?.instructions ?? []) if (instruction.kind === 'onbuild') triggers.push(instruction.expression);
  if (triggers.length === 0) return false;
  const planned = triggers.map((trigger) => planInstruction(plan, state, readTrigger(trigger, state), { location: state.location, isTrigger: true }));
  state.instructions = [...planned, ...state.instructions];
  state.stepTotal += planned.length;
  return planned.some(({ sources }) => sources.length > 0);
}

/** Faults of a trigger are shown at the FROM that brings it. Errors: TRIGGER. */
function readTrigger(trigger: string, state: StageState): Instruction {
  const fail = (found: string, hint?: string): Error =>
    frontendError('TRIGGER', `Cannot run the ONBUILD trigger ${JSON.stringify(trigger)} of ${state.baseName}: ${found}`, hint, state.location);
  try {
    const instruction = parseInstruction(trigger, { file: `ONBUILD of ${state.baseName}` });
    if (['from', 'onbuild', 'maintainer'].includes(instruction.kind)) throw fail(`${instruction.keyword.toUpperCase()} isn't allowed as an ONBUILD trigger`);
    return instruction;
  } catch (error) {
    if (error instanceof BuildError && error.code !== 'TRIGGER') throw fail(error.message, error.hint);
    throw error;
  }
}

/** Asks the ports, once for each name and platform. */
class BaseLookup {
  private readonly conversion: Conversion;
  private readonly images = new Map<string, Promise<ResolvedImage>>();
  private readonly contexts = new Map<string, Promise<ContextOrigin>>();
  private readonly stop = new AbortController();

  constructor(conversion: Conversion) {
    this.conversion = conversion;
  }

  async image(plan: StagePlan, state: StageState, platform: Platform): Promise<ResolvedImage> {
    const ref = formatReference(parseReference(state.baseName));
    const { ports, request } = this.conversion;
    const prefix = request.multiPlatform === true ? `[${formatPlatform(platform)} internal]` : '[internal]';
    const inquiry = { purpose: `${prefix} load metadata for ${ref}`, location: state.location };
    try {
      return await this.once(this.images, `${ref} ${formatPlatform(platform)}`, (signal) => ports.resolveImageConfig(ref, platform, inquiry, signal));
    } catch (error) {
      throw withStageHint(error, state.baseName, plan.names());
    }
  }

  context(name: string, platform: Platform, state: StageState): Promise<ContextOrigin> {
    const inquiry = { purpose: `[context ${name}] load metadata for ${name}`, location: state.location };
    return this.once(this.contexts, `${name} ${formatPlatform(platform)}`, (signal) =>
      this.conversion.ports.resolveNamedContext(name, platform, inquiry, signal),
    );
  }

  private once<T>(known: Map<string, Promise<T>>, key: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const asked = known.get(key);
    if (asked !== undefined) return asked;
    const signal = AbortSignal.any([this.conversion.signal, this.stop.signal]);
    const answer = ask(signal).catch((error: unknown) => {
      this.stop.abort(error);
      throw error;
    });
    known.set(key, answer);
    return answer;
  }
}

/** An image that is not found may be a misspelt stage. */
function withStageHint(error: unknown, name: string, stages: readonly string[]): unknown {
  const stage = nearest(name, stages, { caseSensitive: true });
  return stage === undefined ? error : withHint(error, `Did you mean the stage ${stage}?`);
}
