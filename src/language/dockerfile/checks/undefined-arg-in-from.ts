import type { UndefinedName } from '../evaluate/trace.ts';
import type { Rule } from './rule.ts';

export const undefinedArgInFrom: Rule = {
  name: 'UndefinedArgInFrom',
  description: 'FROM command must use declared ARGs',
  url: 'https://docs.docker.com/go/dockerfile/rule/undefined-arg-in-from/',
  *find({ trace }) {
    for (const { from } of trace.stages) {
      for (const undefinedName of from.undefinedNames) yield { message: messageOf(undefinedName), at: from.instruction };
    }
  },
};

function messageOf({ name, suggestion }: UndefinedName): string {
  return `FROM argument '${name}' is not declared${suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`}`;
}
