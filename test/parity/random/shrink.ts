import { untidy } from '../bases/index.ts';
import { formatProgram } from './program.ts';
import type { Program, Stage } from './program.ts';

/** The smallest program found that still differs, by taking parts out as long as that stays so. No program is tried twice. */
export async function shrink(program: Program, differs: (smaller: Program) => Promise<boolean>): Promise<Program> {
  const tried = new Set([identityOf(program)]);
  const firstThatDiffers = async (candidates: Iterable<Program>) => {
    for (const candidate of candidates) {
      if (tried.has(identityOf(candidate))) continue;
      tried.add(identityOf(candidate));
      if (await differs({ ...candidate, name: `${program.name}-${tried.size - 1}` })) return candidate;
    }
    return undefined;
  };
  let smallest = program;
  for (let smaller; (smaller = await firstThatDiffers(smallerPrograms(smallest))) !== undefined;) smallest = smaller;
  return smallest;
}

function identityOf(program: Program): string {
  return formatProgram(program) + JSON.stringify(program.context);
}

/** Biggest cuts first. */
function* smallerPrograms(program: Program): Generator<Program> {
  const { stages, context } = program;
  for (let cut = stages.length - 1; cut > 0; cut--) yield { ...program, stages: stages.slice(0, cut) };
  for (const i of stages.keys()) if (stages.length > 1 && !isUsed(stages, i)) yield { ...program, stages: withoutStage(stages, i) };
  for (const [i, stage] of stages.entries()) {
    const replaced = (smaller: Partial<Stage>): Program => ({ ...program, stages: stages.with(i, { ...stage, ...smaller }) });
    const { instructions } = stage;
    for (let size = Math.ceil(instructions.length / 2); size > 0; size = Math.floor(size / 2)) {
      for (let at = 0; at < instructions.length; at += size) yield replaced({ instructions: instructions.toSpliced(at, size) });
    }
    const [, below] = /^@(\d+)$/.exec(stage.from) ?? [];
    if (below !== undefined) yield replaced({ from: stages[Number(below)]!.from, instructions: [...stages[Number(below)]!.instructions, ...instructions] });
    if (stage.from !== untidy('tidy')) yield replaced({ from: untidy('tidy') });
    for (const [j, instruction] of instructions.entries()) {
      for (const simpler of simplerInstructions(instruction)) yield replaced({ instructions: instructions.with(j, simpler) });
    }
  }
  for (const path of Object.keys(context)) {
    if (path !== 'secret') yield { ...program, context: Object.fromEntries(Object.entries(context).filter(([other]) => !other.startsWith(path))) };
  }
  for (const [path, entry] of Object.entries(context)) {
    if (typeof entry === 'string') continue;
    const { mode: _, mtime: __, ...plain } = entry;
    yield { ...program, context: { ...context, [path]: plain } };
  }
}

function isUsed(stages: readonly Stage[], nth: number): boolean {
  return stages.some(({ from, instructions }) => [from, ...instructions].some((text) => new RegExp(`@${nth}\\b`).test(text)));
}

function withoutStage(stages: readonly Stage[], nth: number): Stage[] {
  const renumbered = (text: string) => text.replaceAll(/@(\d+)/g, (_, other) => `@${Number(other) > nth ? Number(other) - 1 : other}`);
  return stages.toSpliced(nth, 1).map(({ from, instructions }) => ({ from: renumbered(from), instructions: instructions.map(renumbered) }));
}

/** Without a flag or one of its options, without one of the sources of a copy, or without one of the commands of a RUN. */
function* simplerInstructions(instruction: string): Generator<string> {
  for (const part of instruction.match(/ --\S+/g) ?? []) yield instruction.replace(part, '');
  for (const option of instruction.match(/,[a-z]+(=[^ ,]+)?(?=[ ,])/g) ?? []) yield instruction.replace(option, '');
  const [line, ...text] = instruction.split('\n');
  const words = line!.split(' ');
  const isSource = (word: string, i: number) => i > 0 && i < words.length - 1 && !word.startsWith('--');
  if (/^(COPY|ADD) /.test(instruction) && text.length === 0 && words.filter(isSource).length > 1) {
    for (const [i, word] of words.entries()) if (isSource(word, i)) yield words.toSpliced(i, 1).join(' ');
  }
  if (!instruction.startsWith('RUN ')) return;
  const commands = instruction.replace(/( \|\| true)?$/, '').split(/; | && /);
  for (const i of commands.keys()) if (i > 0) yield `${commands.toSpliced(i, 1).join('; ')} || true`;
}
