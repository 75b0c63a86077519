import { builderArgs, type ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertArg({ stage }: InstructionContext, { args }: ValuesOf<'arg'>): void {
  for (const arg of args) {
    if (arg.value !== undefined && !builderArgs.has(arg.name)) stage.environment.set(arg.name, arg.value);
    stage.buildArgs.push(arg);
  }
  addHistory(stage, `ARG ${args.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join(' ')}`);
}
