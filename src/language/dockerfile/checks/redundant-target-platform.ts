import type { Rule } from './rule.ts';

export const redundantTargetPlatform: Rule = {
  name: 'RedundantTargetPlatform',
  description: 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
  url: 'https://docs.docker.com/go/dockerfile/rule/redundant-target-platform/',
  *find({ trace }) {
    for (const { from } of trace.stages) {
      const { instruction, platform } = from;
      if (platform === undefined || platform.fault !== undefined || platform.text !== trace.targetPlatform) continue;
      if (platform.matched.length !== 1 || platform.matched[0] !== 'TARGETPLATFORM' || platform.unmatched.length > 0) continue;
      yield { message: `Setting platform to predefined ${platform.source} in FROM is redundant as this is the default behavior`, at: instruction };
    }
  },
};
