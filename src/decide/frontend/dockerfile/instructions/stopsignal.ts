import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertStopsignal({ stage }: InstructionContext, { signal }: ValuesOf<'stopsignal'>): void {
  stage.image.config.StopSignal = signal;
  addHistory(stage, `STOPSIGNAL ${signal}`);
}
