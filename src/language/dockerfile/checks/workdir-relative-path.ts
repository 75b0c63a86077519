import { type Rule, quoted } from './rule.ts';

/** Only the first WORKDIR of a stage and those below it counts: the ones after it follow. */
export const workdirRelativePath: Rule = {
  name: 'WorkdirRelativePath',
  description: 'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
  url: 'https://docs.docker.com/go/dockerfile/rule/workdir-relative-path/',
  *find({ trace }) {
    for (const { needed, base, instructions } of trace.stages) {
      const first = needed && !base.workdirSet ? instructions.find(({ values }) => values.kind === 'workdir') : undefined;
      if (first?.values.kind !== 'workdir' || first.values.path.startsWith('/')) continue;
      yield { message: `Relative workdir ${quoted(first.values.path)} can have unexpected results if the base image changes`, at: first };
    }
  },
};
