import { parseReference } from '../../../core/oci/index.ts';
import type { Rule } from './rule.ts';

/** A FROM that only works with a build argument. */
export const invalidDefaultArgInFrom: Rule = {
  name: 'InvalidDefaultArgInFrom',
  description: 'Default value for global ARG results in an empty or invalid base image name',
  url: 'https://docs.docker.com/go/dockerfile/rule/invalid-default-arg-in-from/',
  *find({ trace }) {
    for (const { from } of trace.stages) {
      const { instruction, defaultImage } = from;
      // what cannot be expanded fails the build
      if (defaultImage === undefined) return;
      if (!isReference(defaultImage))
        yield { message: `Default value for ARG ${instruction.image} results in empty or invalid base image name`, at: instruction };
    }
  },
};

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}
