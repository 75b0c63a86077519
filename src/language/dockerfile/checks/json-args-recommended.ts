import type { Rule } from './rule.ts';

/** Whoever sets SHELL wants a shell. */
export const jsonArgsRecommended: Rule = {
  name: 'JSONArgsRecommended',
  description: 'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
  url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
  *find({ trace }) {
    for (const { needed, base, instructions } of trace.stages) {
      if (!needed) continue;
      let isShellSet = base.shell.length > 0;
      for (const at of instructions) {
        const { values } = at;
        if (values.kind === 'shell') isShellSet = true;
        if ((values.kind !== 'cmd' && values.kind !== 'entrypoint') || values.instruction.command.form === 'exec' || isShellSet) continue;
        yield { message: `JSON arguments recommended for ${values.instruction.keyword} to prevent unintended behavior related to OS signals`, at };
      }
    }
  },
};
