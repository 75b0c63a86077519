import { type Rule, quoted } from './rule.ts';

/** Known only where the base images were looked up. */
export const invalidBaseImagePlatform: Rule = {
  name: 'InvalidBaseImagePlatform',
  description: 'Base image platform does not match expected target platform',
  url: 'https://docs.docker.com/go/dockerfile/rule/invalid-base-image-platform/',
  find: () => [],
};

export function baseImagePlatformMessage({ image, expected, found }: { readonly image: string; readonly expected: string; readonly found: string }): string {
  return `Base image ${image} was pulled with platform ${quoted(found)}, expected ${quoted(expected)} for current build`;
}
