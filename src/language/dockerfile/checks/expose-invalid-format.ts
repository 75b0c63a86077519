import { neededInstructions } from '../evaluate/trace.ts';
import type { Rule } from './rule.ts';

export const exposeInvalidFormat: Rule = {
  name: 'ExposeInvalidFormat',
  description: 'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
  url: 'https://docs.docker.com/go/dockerfile/rule/expose-invalid-format/',
  *find({ trace }) {
    for (const at of neededInstructions(trace)) {
      if (at.values.kind !== 'expose') continue;
      for (const port of at.values.words) {
        const before = port.slice(0, Math.max(port.lastIndexOf(':'), 0));
        if (before === '' || before === ':') continue;
        yield { message: `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`, at };
      }
    }
  },
};
