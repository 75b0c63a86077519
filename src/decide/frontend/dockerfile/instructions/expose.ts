import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { plainList } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertExpose({ stage }: InstructionContext, { ports }: ValuesOf<'expose'>): void {
  stage.image.config.ExposedPorts = { ...stage.image.config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
  addHistory(stage, `EXPOSE ${plainList(ports)}`);
}
