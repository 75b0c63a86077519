import { type Rule, quoted } from './rule.ts';

export const reservedStageName: Rule = {
  name: 'ReservedStageName',
  description: 'Reserved words should not be used as stage names',
  url: 'https://docs.docker.com/go/dockerfile/rule/reserved-stage-name/',
  *find({ dockerfile }) {
    for (const { from, name } of dockerfile.stages) {
      if (name === 'context' || name === 'scratch') yield { message: `Stage name should not use the same name as reserved stage ${quoted(name)}`, at: from };
    }
  },
};
