import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { quoteList } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';
import { shellCommand } from './shell.ts';

export function convertCmd({ stage }: InstructionContext, { instruction }: ValuesOf<'cmd' | 'entrypoint'>): void {
  const { command } = instruction;
  const args = command.form === 'exec' ? [...command.args] : shellCommand(stage.image, command.text);
  stage.image.config.Cmd = args;
  stage.image.config.ArgsEscaped = true;
  stage.hasCommand = true;
  addHistory(stage, `CMD ${quoteList(args)}`);
}
