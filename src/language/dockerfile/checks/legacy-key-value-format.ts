import type { Rule } from './rule.ts';

export const legacyKeyValueFormat: Rule = {
  name: 'LegacyKeyValueFormat',
  description: 'Legacy key/value format with whitespace separator should not be used',
  url: 'https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/',
  *find({ stages }) {
    for (const { instruction, at } of stages.flatMap(({ steps }) => steps)) {
      if ((instruction.kind !== 'env' && instruction.kind !== 'label') || !instruction.legacy) continue;
      const { keyword } = instruction;
      yield { message: `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`, at };
    }
  },
};
