import { type Rule, quoted } from './rule.ts';

export const duplicateStageName: Rule = {
  name: 'DuplicateStageName',
  description: 'Stage names should be unique',
  url: 'https://docs.docker.com/go/dockerfile/rule/duplicate-stage-name/',
  *find({ dockerfile }) {
    const seen = new Set<string>();
    for (const { from, name } of dockerfile.stages) {
      if (name === undefined) continue;
      if (seen.has(name)) yield { message: `Duplicate stage name ${quoted(name)}, stage names should be unique`, at: from };
      seen.add(name);
    }
  },
};
