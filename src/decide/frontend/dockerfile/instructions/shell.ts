import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { plainList } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { ImageDraft } from '../image-draft.ts';
import type { InstructionContext } from './context.ts';

export function convertShell({ stage }: InstructionContext, { instruction }: ValuesOf<'shell'>): void {
  stage.image.config.Shell = instruction.args;
  addHistory(stage, `SHELL ${plainList(instruction.args)}`);
}

/** A command line in the image's shell. */
export function shellCommand(image: ImageDraft, text: string): string[] {
  const shell = image.config.Shell ?? [];
  return [...(shell.length > 0 ? shell : ['/bin/sh', '-c']), text];
}
