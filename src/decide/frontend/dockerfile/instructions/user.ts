import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertUser({ stage }: InstructionContext, { user }: ValuesOf<'user'>): void {
  stage.image.config.User = user;
  addHistory(stage, `USER ${user}`);
}
