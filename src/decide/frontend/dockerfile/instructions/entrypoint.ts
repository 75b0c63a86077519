import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { quoteList } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';
import { shellCommand } from './shell.ts';

/** The CMD of the base goes, as it was made for another entry point; one of this stage stays. */
export function convertEntrypoint({ stage }: InstructionContext, { instruction }: ValuesOf<'cmd' | 'entrypoint'>): void {
  const { command } = instruction;
  const args = command.form === 'exec' ? [...command.args] : shellCommand(stage.image, command.text);
  stage.image.config.Entrypoint = args;
  if (!stage.hasCommand) delete stage.image.config.Cmd;
  addHistory(stage, `ENTRYPOINT ${quoteList(args)}`);
}
