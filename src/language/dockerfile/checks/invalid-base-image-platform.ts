import { type Rule, quoted } from './rule.ts';

/** Known only where the base images were looked up. */
export const invalidBaseImagePlatform: Rule = {
  name: 'InvalidBaseImagePlatform',
  description: 'Base image platform does not match expected target platform',
  url: 'https://docs.docker.com/go/dockerfile/rule/invalid-base-image-platform/',
  *find({ trace }) {
    for (const { name, platform, expected, range } of trace.images) {
      if (expected === undefined) continue;
      yield { message: `Base image ${name} was pulled with platform ${quoted(platform)}, expected ${quoted(expected)} for current build`, at: { range } };
    }
  },
};
