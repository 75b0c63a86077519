import type { Rule } from './rule.ts';

export const stageNameCasing: Rule = {
  name: 'StageNameCasing',
  description: 'Stage names should be lowercase',
  url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
  *find({ dockerfile }) {
    for (const { from } of dockerfile.stages) {
      if (from.name !== undefined && from.name !== from.name.toLowerCase()) yield { message: `Stage name '${from.name}' should be lowercase`, at: from };
    }
  },
};
