import type { Instruction } from '../ast.ts';
import type { Rule } from './rule.ts';

/** All upper or all lower, as most instructions of the stages are; upper where it is even. */
export const consistentInstructionCasing: Rule = {
  name: 'ConsistentInstructionCasing',
  description: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
  url: 'https://docs.docker.com/go/dockerfile/rule/consistent-instruction-casing/',
  *find({ dockerfile }) {
    const all = dockerfile.stages.flatMap(({ from, instructions }): Instruction[] => [from, ...instructions]);
    const lower = all.filter(({ keyword }) => keyword === keyword.toLowerCase()).length;
    const upper = all.filter(({ keyword }) => keyword === keyword.toUpperCase()).length;
    const majority = lower > upper ? 'lowercase' : 'uppercase';
    for (const instruction of all) {
      const { keyword } = instruction;
      if (keyword === (lower > upper ? keyword.toLowerCase() : keyword.toUpperCase())) continue;
      yield { message: `Command '${keyword}' should match the case of the command majority (${majority})`, at: instruction };
    }
  },
};
