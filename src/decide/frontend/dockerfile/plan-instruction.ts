import type { SourceLocation } from '../../../core/errors.ts';
import { expandWord, type CopyInstruction, type Instruction } from '../../../language/dockerfile/index.ts';
import { atLocation, frontendError } from '../error.ts';
import { mountOrigin } from './mount-origin.ts';
import { StageState, type PlannedInstruction } from './stage.ts';
import type { StagePlan } from './stage-plan.ts';

/** Finds the stages that an instruction reads, and enters them as dependencies of its stage. Errors: FROM_VARIABLE, STAGE_INDEX. */
export function planInstruction(
  plan: StagePlan,
  state: StageState,
  instruction: Instruction,
  options: { readonly location: SourceLocation; readonly isTrigger: boolean },
): PlannedInstruction {
  try {
    const planned = { instruction, sources: findSources(plan, instruction, options.location), ...options };
    for (const source of planned.sources) {
      if (source === undefined) continue;
      if (!state.dependencies.has(source)) state.dependencies.set(source, planned);
      if (!plan.states.includes(source)) plan.add(source);
    }
    return planned;
  } catch (error) {
    throw atLocation(error, options.location);
  }
}

function findSources(plan: StagePlan, instruction: Instruction, location: SourceLocation): (StageState | undefined)[] {
  if (instruction.kind === 'run') {
    // a mount without `from` counts as reading scratch here: its type may be a variable, which only the conversion expands
    return instruction.mounts.map(({ text }) => findByName(plan, mountOrigin(text) ?? 'scratch', location));
  }
  if (instruction.kind === 'copy' && instruction.from) return [findCopySource(plan, instruction, instruction.from, location)];
  return [];
}

function findCopySource(plan: StagePlan, instruction: CopyInstruction, from: string, location: SourceLocation): StageState {
  // quotes are no variables, but neither are they taken off
  if (expandWord(from, { escape: '\\', lookup: () => undefined }) !== from) {
    throw frontendError(
      'FROM_VARIABLE',
      `Cannot use --from=${from} of ${instruction.keyword}: variable expansion is not supported for --from`,
      'Define a new stage with FROM using an ARG from global scope, and copy from that stage.',
    );
  }
  if (!/^[+-]?\d+$/.test(from)) return findByName(plan, from, location);
  const found = plan.states[Number(from)];
  if (found?.stage === undefined) {
    throw frontendError(
      'STAGE_INDEX',
      `Cannot copy from stage ${from}: invalid stage index ${from}`,
      'Stages are counted from 0; better give the stage a name.',
    );
  }
  return found;
}

/** A stage, else something that stands outside: an image or a named context. */
function findByName(plan: StagePlan, name: string, location: SourceLocation): StageState {
  return plan.named(name) ?? plan.states.find((state) => state.stage === undefined && state.baseName === name) ?? new StageState(undefined, name, '', location);
}
