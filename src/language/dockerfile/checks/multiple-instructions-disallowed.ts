import type { Instruction } from '../ast.ts';
import type { Rule } from './rule.ts';
import type { StepScope } from './scope.ts';

/** Told at the one that is in vain. */
export const multipleInstructionsDisallowed: Rule = {
  name: 'MultipleInstructionsDisallowed',
  description: 'Multiple instructions of the same type should not be used in the same stage',
  url: 'https://docs.docker.com/go/dockerfile/rule/multiple-instructions-disallowed/',
  *find({ stages }) {
    for (const { steps } of stages) {
      const last = new Map<Instruction['kind'], StepScope>();
      for (const step of steps) {
        const { instruction } = step;
        if (instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint' && instruction.kind !== 'healthcheck') continue;
        const before = last.get(instruction.kind);
        last.set(instruction.kind, step);
        if (before === undefined) continue;
        const message = `Multiple ${instruction.keyword} instructions should not be used in the same stage because only the last one will be used`;
        yield { message, at: before.at };
      }
    }
  },
};
