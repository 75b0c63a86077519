import type { Instruction } from '../ast.ts';
import type { Rule, RuleFinding } from './rule.ts';

export const invalidDefinitionDescription: Rule = {
  name: 'InvalidDefinitionDescription',
  description:
    'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
  url: 'https://docs.docker.com/go/dockerfile/rule/invalid-definition-description/',
  experimental: true,
  *find({ dockerfile }) {
    for (const instruction of dockerfile.globalArgs) yield* judge(instruction);
    for (const instruction of dockerfile.stages.flatMap(({ from, instructions }): Instruction[] => [from, ...instructions])) yield* judge(instruction);
  },
};

/** The last comment above is to begin with a name that the instruction defines. */
function* judge(instruction: Instruction): Generator<RuleFinding> {
  const names = namesOf(instruction);
  const comment = instruction.comments.at(-1);
  if (names.length === 0 || comment === undefined || names.includes(comment.text.split(' ', 1)[0]!)) return;
  const shown = names.length > 1 ? '<arg_key>' : names[0];
  yield { message: `Comment for ${instruction.kind.toUpperCase()} should follow the format: \`# ${shown} <description>\``, at: instruction };
}

function namesOf(instruction: Instruction): string[] {
  if (instruction.kind === 'arg') return instruction.args.map(({ key }) => key);
  return instruction.kind === 'from' && instruction.name !== undefined ? [instruction.name.toLowerCase()] : [];
}
