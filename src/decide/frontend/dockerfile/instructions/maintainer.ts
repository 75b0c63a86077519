import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertMaintainer({ stage }: InstructionContext, { instruction }: ValuesOf<'maintainer'>): void {
  stage.image.author = instruction.name;
  addHistory(stage, `MAINTAINER ${instruction.name}`);
}
