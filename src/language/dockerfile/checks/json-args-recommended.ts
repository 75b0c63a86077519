import type { Rule } from './rule.ts';

/** Whoever sets SHELL wants a shell. */
export const jsonArgsRecommended: Rule = {
  name: 'JSONArgsRecommended',
  description: 'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
  url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
  *find({ stages }) {
    for (const { steps, inherited } of stages) {
      let shell = inherited.shell;
      for (const { instruction, at } of steps) {
        if (instruction.kind === 'shell') shell = true;
        if ((instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint') || instruction.command.form === 'exec' || shell) continue;
        yield { message: `JSON arguments recommended for ${instruction.keyword} to prevent unintended behavior related to OS signals`, at };
      }
    }
  },
};
