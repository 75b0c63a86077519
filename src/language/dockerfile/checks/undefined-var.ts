import type { UndefinedName } from './scope.ts';
import type { Rule } from './rule.ts';

export const undefinedVar: Rule = {
  name: 'UndefinedVar',
  description: 'Variables should be defined before their use',
  url: 'https://docs.docker.com/go/dockerfile/rule/undefined-var/',
  *find({ stages }) {
    for (const { at, undefinedNames } of stages.flatMap(({ steps }) => steps)) {
      for (const undefinedName of undefinedNames) yield { message: undefinedVarMessage(undefinedName), at };
    }
  },
};

export function undefinedVarMessage({ name, suggestion }: UndefinedName): string {
  return `Usage of undefined variable '$${name}'${suggestion === undefined ? '' : ` (did you mean $${suggestion}?)`}`;
}
