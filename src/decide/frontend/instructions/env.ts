import type { EnvInstruction } from '../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import { setImageVariable } from '../image-draft.ts';
import type { InstructionContext } from './context.ts';

export function convertEnv({ stage, expand }: InstructionContext, instruction: EnvInstruction): void {
  // all values are read before the first one is set
  const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value ?? '')] as const);
  for (const [key, value] of pairs) {
    stage.environment.set(key, value);
    setImageVariable(stage.image, key, value);
  }
  addHistory(stage, ['ENV', ...pairs.map(([key, value]) => `${key}=${value}`)].join(' '));
}
