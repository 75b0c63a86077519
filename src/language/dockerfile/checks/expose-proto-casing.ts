import { neededInstructions } from '../evaluate/trace.ts';
import type { Rule } from './rule.ts';

export const exposeProtoCasing: Rule = {
  name: 'ExposeProtoCasing',
  description: 'Protocol in EXPOSE instruction should be lowercase',
  url: 'https://docs.docker.com/go/dockerfile/rule/expose-proto-casing/',
  *find({ trace }) {
    for (const at of neededInstructions(trace)) {
      if (at.values.kind !== 'expose') continue;
      for (const port of at.values.words) {
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
