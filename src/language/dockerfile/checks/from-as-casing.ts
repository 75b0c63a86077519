import type { Rule } from './rule.ts';

/** A FROM in mixed case is ConsistentInstructionCasing's. */
export const fromAsCasing: Rule = {
  name: 'FromAsCasing',
  description: "The 'as' keyword should match the case of the 'from' keyword",
  url: 'https://docs.docker.com/go/dockerfile/rule/from-as-casing/',
  *find({ dockerfile }) {
    for (const { from } of dockerfile.stages) {
      const { keyword, asKeyword } = from;
      if (asKeyword === undefined) continue;
      const wanted = keyword === keyword.toLowerCase() ? asKeyword.toLowerCase() : keyword === keyword.toUpperCase() ? asKeyword.toUpperCase() : asKeyword;
      if (asKeyword !== wanted) yield { message: `'${asKeyword}' and '${keyword}' keywords' casing do not match`, at: from };
    }
  },
};
