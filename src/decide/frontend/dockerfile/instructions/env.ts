import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import { setImageVariable } from '../image-draft.ts';
import type { InstructionContext } from './context.ts';

export function convertEnv({ stage }: InstructionContext, { pairs }: ValuesOf<'env'>): void {
  for (const [key, value] of pairs) {
    stage.environment.set(key, value);
    setImageVariable(stage.image, key, value);
  }
  addHistory(stage, ['ENV', ...pairs.map(([key, value]) => `${key}=${value}`)].join(' '));
}
