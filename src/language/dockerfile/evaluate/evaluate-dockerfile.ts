import { formatPlatform } from '../../../core/oci/index.ts';
import type { Dockerfile, Instruction, Stage } from '../ast.ts';
import { parseInstruction } from '../parse.ts';
import { Suggestions } from '../../../core/match/index.ts';
import { evaluateFrom } from './evaluate-from.ts';
import { evaluateInstruction } from './evaluate-instruction.ts';
import { evaluateGlobalArgs, type EvaluationInput, type GlobalArgs } from './global-args.ts';
import { StageVariables, type BaseConfig, type FileScope } from './stage-variables.ts';
import { attempt, traceFault } from './trace-fault.ts';
import type { BaseTrace, DockerfileTrace, FromTrace, InstructionTrace, StageTrace } from './trace.ts';

/** What stands above the instructions of the stages, evaluated: the global ARGs and the FROM of each stage. */
export interface FileHead {
  readonly dockerfile: Dockerfile;
  readonly input: EvaluationInput;
  readonly globals: GlobalArgs;
  /** By index of the stage. */
  readonly froms: readonly FromTrace[];
  readonly suggestions: Suggestions;
}

/** What is known of the stages from outside of the file, by index; all of it may be left out. */
export interface StageFacts {
  /** Default: all. */
  readonly needed?: ReadonlySet<number> | undefined;
  /** Of the image or context that the stage begins with, or that stands in for it. Default: not known. */
  readonly baseConfig?: ((stage: number) => BaseConfig | undefined) | undefined;
  /** What ONBUILD of its base brings. Default: what the base, a stage or `baseConfig`, says. */
  readonly triggers?: ((stage: number) => readonly Instruction[]) | undefined;
  /** The named context that stands in for the whole stage. */
  readonly replacedBy?: ((stage: number) => string | undefined) | undefined;
}

/** A whole file. What is not known of its bases is not known in the trace either. */
export function evaluateDockerfile(dockerfile: Dockerfile, input: EvaluationInput, facts: StageFacts = {}): DockerfileTrace {
  return evaluateStages(evaluateHead(dockerfile, input), facts);
}

/** The part that needs nothing from outside. */
export function evaluateHead(dockerfile: Dockerfile, input: EvaluationInput): FileHead {
  const { escape } = dockerfile;
  const suggestions = new Suggestions();
  const globals = evaluateGlobalArgs(dockerfile, input);
  const defaults = evaluateGlobalArgs(dockerfile, { ...input, buildArgs: {}, sourceDateEpoch: undefined }).variables;
  const declared = new Set(globals.args.map(({ name }) => name));
  const froms = dockerfile.stages.map(({ from }) => evaluateFrom(from, { escape, globals, defaults, declared, suggestions }));
  return { dockerfile, input, globals, froms, suggestions };
}

/** The stages, each after the one that it begins with. */
export function evaluateStages(head: FileHead, facts: StageFacts): DockerfileTrace {
  const { dockerfile, input, globals, froms, suggestions } = head;
  const file: FileScope = { globals: globals.variables, buildArgs: input.buildArgs ?? {}, suggestions };
  // of stages that others yet begin with: there may be many, each with many variables
  const ends = new Map<Stage, StageVariables>();
  const lastUses = new Map(froms.map(({ image }, index) => [image.text, index]));
  const byName = new Map<string, Stage>();
  const stages = dockerfile.stages.map((stage): StageTrace => {
    const { index, name } = stage;
    const from = froms[index]!;
    const base = byName.get(from.image.text);
    const replacedBy = facts.replacedBy?.(index);
    const config = facts.baseConfig?.(index);
    // a stage that is replaced is carried out by nobody, so nothing is known of what its instructions see
    const start = replacedBy === undefined ? startOf(from.image.text, base && ends.get(base), config, file) : StageVariables.outside(file, undefined);
    const triggers = facts.triggers?.(index) ?? triggersOf(base, config);
    const baseTrace = start.trace(replacedBy === undefined ? baseOf(from.image.text, base) : { kind: 'outside', name: replacedBy });
    const instructions = [
      ...triggers.map((trigger) => evaluateTraced(trigger, stage.from, true, dockerfile, start)),
      ...stage.instructions.map((instruction) => evaluateTraced(instruction, instruction, false, dockerfile, start)),
    ];
    if (base !== undefined && lastUses.get(from.image.text) === index) ends.delete(base);
    if (name !== undefined) {
      byName.set(name, stage);
      if ((lastUses.get(name) ?? 0) > index) ends.set(stage, replacedBy === undefined ? start : StageVariables.outside(file, config));
    }
    return {
      index,
      ...(name === undefined ? {} : { name }),
      needed: facts.needed?.has(index) ?? true,
      from,
      base: baseTrace,
      ...(replacedBy === undefined ? {} : { replacedBy }),
      instructions,
    };
  });
  return { language: 'dockerfile', file: dockerfile.file, targetPlatform: formatPlatform(input.targetPlatform), globalArgs: globals.args, stages, images: [] };
}

function startOf(image: string, base: StageVariables | undefined, config: BaseConfig | undefined, file: FileScope): StageVariables {
  if (base !== undefined) return StageVariables.after(base);
  return StageVariables.outside(file, image === 'scratch' ? {} : config);
}

function baseOf(name: string, base: Stage | undefined): Pick<BaseTrace, 'kind' | 'name' | 'stage'> {
  if (base !== undefined) return { kind: 'stage', name, stage: base.index };
  return { kind: name === 'scratch' ? 'scratch' : 'outside', name };
}

/** What cannot be read as an instruction is a fault of the build that uses it. */
function triggersOf(base: Stage | undefined, config: BaseConfig | undefined): Instruction[] {
  if (base !== undefined) return base.instructions.flatMap((instruction) => (instruction.kind === 'onbuild' ? (instruction.trigger ?? []) : []));
  return (config?.onBuild ?? []).flatMap(
    (text) =>
      attempt(
        () => parseInstruction(text),
        () => {},
      ) ?? [],
  );
}

function evaluateTraced(
  instruction: Instruction,
  { range }: Pick<Instruction, 'range'>,
  isTrigger: boolean,
  { escape }: Dockerfile,
  stage: StageVariables,
): InstructionTrace {
  const { values, undefinedNames, faults } = evaluateInstruction(instruction, escape, stage);
  return { values, range, isTrigger, undefinedNames, faults: faults.map(traceFault) };
}
