import type { LabelInstruction } from '../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertLabel({ stage, expand }: InstructionContext, instruction: LabelInstruction): void {
  const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value ?? '')] as const);
  stage.image.config.Labels = { ...stage.image.config.Labels, ...Object.fromEntries(pairs) };
  addHistory(stage, ['LABEL', ...pairs.map(([key, value]) => `${key}=${value}`)].join(' '));
}
