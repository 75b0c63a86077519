import type { Program, Stage } from './program.ts';

/** The smallest program found that still differs, by taking parts out as long as that stays so. */
export async function shrink(program: Program, differs: (smaller: Program) => Promise<boolean>): Promise<Program> {
  for (let smallest = program, tries = 0; ;) {
    const before = smallest;
    for (const candidate of smallerPrograms(smallest)) {
      if (!(await differs({ ...candidate, name: `${program.name}-${++tries}` }))) continue;
      smallest = { ...candidate, name: program.name };
      break;
    }
    if (smallest === before) return smallest;
  }
}

/** Biggest cuts first. */
function* smallerPrograms(program: Program): Generator<Program> {
  const { stages, context } = program;
  for (let cut = stages.length - 1; cut > 0; cut--) yield { ...program, stages: stages.slice(0, cut) };
  for (const i of stages.keys()) if (stages.length > 1 && !isUsed(stages, i)) yield { ...program, stages: withoutStage(stages, i) };
  for (const [i, stage] of stages.entries()) {
    const { instructions } = stage;
    for (let size = Math.ceil(instructions.length / 2); size > 0; size = Math.floor(size / 2)) {
      for (let at = 0; at < instructions.length; at += size) {
        yield { ...program, stages: stages.with(i, { ...stage, instructions: instructions.toSpliced(at, size) }) };
      }
    }
    for (const [j, instruction] of instructions.entries()) {
      for (const simpler of simplerInstructions(instruction))
        yield { ...program, stages: stages.with(i, { ...stage, instructions: instructions.with(j, simpler) }) };
    }
  }
  for (const path of Object.keys(context)) {
    if (path !== 'secret') yield { ...program, context: Object.fromEntries(Object.entries(context).filter(([other]) => !other.startsWith(path))) };
  }
}

function isUsed(stages: readonly Stage[], nth: number): boolean {
  return stages.some(({ from, instructions }) => [from, ...instructions].some((text) => new RegExp(`@${nth}\\b`).test(text)));
}

function withoutStage(stages: readonly Stage[], nth: number): Stage[] {
  const renumbered = (text: string) => text.replaceAll(/@(\d+)/g, (_, other) => `@${Number(other) > nth ? Number(other) - 1 : other}`);
  return stages.toSpliced(nth, 1).map(({ from, instructions }) => ({ from: renumbered(from), instructions: instructions.map(renumbered) }));
}

/** Without a flag, or without one of the commands of a RUN. */
function* simplerInstructions(instruction: string): Generator<string> {
  for (const flag of instruction.match(/ --\S+/g) ?? []) yield instruction.replace(flag, '');
  if (!instruction.startsWith('RUN ')) return;
  const commands = instruction.split('; ');
  if (commands.length > 1) for (const i of commands.keys()) if (i > 0) yield [...commands.toSpliced(i, 1), 'true'].join('; ');
}
