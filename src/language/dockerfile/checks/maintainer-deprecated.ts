import type { Rule } from './rule.ts';

export const maintainerDeprecated: Rule = {
  name: 'MaintainerDeprecated',
  description: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
  url: 'https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/',
  *find({ dockerfile }) {
    for (const instruction of dockerfile.stages.flatMap(({ instructions }) => instructions)) {
      if (instruction.kind === 'maintainer') yield { message: 'Maintainer instruction is deprecated in favor of using label', at: instruction };
    }
  },
};
