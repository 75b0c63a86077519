import type { Dockerfile } from './ast.ts';
import { located, type DockerfileError } from './error.ts';
import { evaluateInstruction } from './evaluate/evaluate-instruction.ts';
import { withNewerHint } from './frontend-image.ts';

/**
 * Faults in the values of instructions that need no build to be seen: values of flags, ports and signals that have no variable in them, and substitutions that are
 * faulty whatever the variables are. `stages` says by index which are looked at, default all: docker build takes a file with such a fault in a stage that it does not build.
 */
export function valueFaults(
  dockerfile: Pick<Dockerfile, 'file' | 'text' | 'escape' | 'stages' | 'newerVersion'>,
  stages?: ReadonlySet<number>,
): DockerfileError[] {
  const { file, text, escape } = dockerfile;
  const wanted = stages === undefined ? dockerfile.stages : dockerfile.stages.filter(({ index }) => stages.has(index));
  return wanted.flatMap(({ instructions }) =>
    instructions.flatMap((instruction) => {
      const { start, end } = instruction.range;
      // a build arg may stand in for the default of an ARG; a fault in a trigger is one of the build that uses it
      const { faults } = evaluateInstruction(instruction, escape);
      return faults.map((fault) => withNewerHint(located(fault, { file, startLine: start.line, endLine: end.line, text }), dockerfile.newerVersion));
    }),
  );
}
