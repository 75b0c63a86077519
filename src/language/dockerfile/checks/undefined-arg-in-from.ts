import type { UndefinedName } from './scope.ts';
import type { Rule } from './rule.ts';

export const undefinedArgInFrom: Rule = {
  name: 'UndefinedArgInFrom',
  description: 'FROM command must use declared ARGs',
  url: 'https://docs.docker.com/go/dockerfile/rule/undefined-arg-in-from/',
  *find({ froms }) {
    for (const { from, undefinedArgs } of froms) {
      for (const undefinedArg of undefinedArgs) yield { message: undefinedArgMessage(undefinedArg), at: from };
    }
  },
};

export function undefinedArgMessage({ name, suggestion }: UndefinedName): string {
  return `FROM argument '${name}' is not declared${suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`}`;
}
