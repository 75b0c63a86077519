import { type Rule, quoted } from './rule.ts';

/** Only the first WORKDIR of a stage and those below it counts: the ones after it follow. */
export const workdirRelativePath: Rule = {
  name: 'WorkdirRelativePath',
  description: 'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
  url: 'https://docs.docker.com/go/dockerfile/rule/workdir-relative-path/',
  *find({ stages }) {
    for (const { steps, inherited } of stages) {
      if (inherited.workdir) continue;
      const first = steps.find(({ instruction }) => instruction.kind === 'workdir');
      const path = first?.words[0] ?? '';
      if (first === undefined || path.startsWith('/')) continue;
      yield { message: `Relative workdir ${quoted(path)} can have unexpected results if the base image changes`, at: first.at };
    }
  },
};
