import { neededInstructions, type UndefinedName } from '../evaluate/trace.ts';
import type { Rule } from './rule.ts';

export const undefinedVar: Rule = {
  name: 'UndefinedVar',
  description: 'Variables should be defined before their use',
  url: 'https://docs.docker.com/go/dockerfile/rule/undefined-var/',
  *find({ trace }) {
    const seen = new Set<string>();
    for (const at of neededInstructions(trace)) {
      for (const undefinedName of at.undefinedNames) {
        // triggers share the line of their FROM
        const key = `${at.range.start.line} ${undefinedName.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        yield { message: messageOf(undefinedName), at };
      }
    }
  },
};

function messageOf({ name, suggestion }: UndefinedName): string {
  return `Usage of undefined variable '$${name}'${suggestion === undefined ? '' : ` (did you mean $${suggestion}?)`}`;
}
