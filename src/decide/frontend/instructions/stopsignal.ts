import { checkSignal, type StopsignalInstruction } from '../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

/** Errors: BAD_SIGNAL. */
export function convertStopsignal({ stage, expand }: InstructionContext, instruction: StopsignalInstruction): void {
  const signal = expand(instruction.signal);
  checkSignal(signal);
  stage.image.config.StopSignal = signal;
  addHistory(stage, `STOPSIGNAL ${signal}`);
}
