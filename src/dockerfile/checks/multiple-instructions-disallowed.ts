import type { Instruction } from '../ast.ts';
import type { Rule } from './rule.ts';

/** Told at the one that is in vain. */
export const multipleInstructionsDisallowed: Rule = {
  name: 'MultipleInstructionsDisallowed',
  description: 'Multiple instructions of the same type should not be used in the same stage',
  url: 'https://docs.docker.com/go/dockerfile/rule/multiple-instructions-disallowed/',
  *find({ stages }) {
    for (const { stage } of stages) {
      const last = new Map<Instruction['kind'], Instruction>();
      for (const instruction of stage.instructions) {
        if (instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint' && instruction.kind !== 'healthcheck') continue;
        const before = last.get(instruction.kind);
        last.set(instruction.kind, instruction);
        if (before === undefined) continue;
        const message = `Multiple ${instruction.keyword} instructions should not be used in the same stage because only the last one will be used`;
        yield { message, at: before };
      }
    }
  },
};
