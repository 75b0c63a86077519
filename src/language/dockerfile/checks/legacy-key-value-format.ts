import { neededInstructions } from '../evaluate/trace.ts';
import type { Rule } from './rule.ts';

export const legacyKeyValueFormat: Rule = {
  name: 'LegacyKeyValueFormat',
  description: 'Legacy key/value format with whitespace separator should not be used',
  url: 'https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/',
  *find({ trace }) {
    for (const at of neededInstructions(trace)) {
      const { values } = at;
      if ((values.kind !== 'env' && values.kind !== 'label') || !values.instruction.legacy) continue;
      const { keyword } = values.instruction;
      yield { message: `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`, at };
    }
  },
};
