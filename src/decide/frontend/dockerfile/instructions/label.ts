import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertLabel({ stage }: InstructionContext, { pairs }: ValuesOf<'label'>): void {
  stage.image.config.Labels = { ...stage.image.config.Labels, ...Object.fromEntries(pairs) };
  addHistory(stage, ['LABEL', ...pairs.map(([key, value]) => `${key}=${value}`)].join(' '));
}
