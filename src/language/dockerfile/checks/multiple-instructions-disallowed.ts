import type { InstructionTrace } from '../evaluate/trace.ts';
import type { Rule } from './rule.ts';

/** Reported at the one that is in vain. */
export const multipleInstructionsDisallowed: Rule = {
  name: 'MultipleInstructionsDisallowed',
  description: 'Multiple instructions of the same type should not be used in the same stage',
  url: 'https://docs.docker.com/go/dockerfile/rule/multiple-instructions-disallowed/',
  *find({ trace }) {
    for (const { needed, instructions } of trace.stages) {
      if (!needed) continue;
      const last = new Map<string, InstructionTrace>();
      for (const each of instructions) {
        const { values } = each;
        if (values.kind !== 'cmd' && values.kind !== 'entrypoint' && values.kind !== 'healthcheck') continue;
        const at = last.get(values.kind);
        last.set(values.kind, each);
        if (at === undefined) continue;
        const message = `Multiple ${values.instruction.keyword} instructions should not be used in the same stage because only the last one will be used`;
        yield { message, at };
      }
    }
  },
};
