import type { Rule } from './rule.ts';

/** Reported once for each instruction, at its last line. */
export const noEmptyContinuation: Rule = {
  name: 'NoEmptyContinuation',
  description: 'Empty continuation lines will become errors in a future release',
  url: 'https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/',
  *find({ dockerfile }) {
    for (const range of dockerfile.emptyContinuations) yield { message: 'Empty continuation line', at: { range } };
  },
};
