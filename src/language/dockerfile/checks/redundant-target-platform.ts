import type { Rule } from './rule.ts';

export const redundantTargetPlatform: Rule = {
  name: 'RedundantTargetPlatform',
  description: 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
  url: 'https://docs.docker.com/go/dockerfile/rule/redundant-target-platform/',
  *find({ froms, context }) {
    for (const { from, platform } of froms) {
      if (platform === undefined || platform.matched.size !== 1 || platform.unmatched.size > 0 || !platform.matched.has('TARGETPLATFORM')) continue;
      if (platform.text !== (context.targetPlatform ?? 'linux/amd64')) continue;
      yield { message: `Setting platform to predefined ${platform.source} in FROM is redundant as this is the default behavior`, at: from };
    }
  },
};
