import { parsePort, type ExposeInstruction } from '../../../language/dockerfile/index.ts';
import { plainList } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

/** Errors: BAD_PORT. */
export function convertExpose({ stage, expandToWords }: InstructionContext, instruction: ExposeInstruction): void {
  // the words are sorted as they were written, before they are read
  const words = [...instruction.ports].sort(byBytes);
  const ports = words.flatMap(expandToWords).flatMap(parsePort);
  stage.image.config.ExposedPorts = { ...stage.image.config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
  addHistory(stage, `EXPOSE ${plainList(ports)}`);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
