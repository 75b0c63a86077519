import type { Rule } from './rule.ts';

export const exposeProtoCasing: Rule = {
  name: 'ExposeProtoCasing',
  description: 'Protocol in EXPOSE instruction should be lowercase',
  url: 'https://docs.docker.com/go/dockerfile/rule/expose-proto-casing/',
  *find({ stages }) {
    for (const { instruction, at, words } of stages.flatMap(({ steps }) => steps)) {
      if (instruction.kind !== 'expose') continue;
      for (const port of words) {
        const protocol = port
          .slice(port.lastIndexOf(':') + 1)
          .split('/')
          .slice(1)
          .join('/');
        if (protocol !== protocol.toLowerCase()) yield { message: `Defined protocol '${port}' in EXPOSE instruction should be lowercase`, at };
      }
    }
  },
};
