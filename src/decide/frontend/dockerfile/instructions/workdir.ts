import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { addHistory, addLayerHistory } from '../history.ts';
import { cleanGoPath } from '../../../../core/go/index.ts';
import { shownInstruction } from '../vertex-name.ts';
import type { InstructionContext } from './context.ts';

/** The folder is made in a layer of its own, and belongs to the current USER. */
export function convertWorkdir(context: InstructionContext, { instruction, workdir }: ValuesOf<'workdir'>): void {
  const { conversion, stage } = context;
  stage.image.config.WorkingDir = workdir;
  stage.workingDir = workdir;
  if (workdir === '/') {
    addHistory(stage, 'WORKDIR /');
    return;
  }
  const owner = stage.image.config.User;
  stage.vertex = context.advance(
    { kind: 'mkdir', path: cleanGoPath(workdir), mode: 0o755, ...(owner ? { owner } : {}) },
    [stage.state],
    shownInstruction(conversion, instruction.original, stage.environment),
  );
  addLayerHistory(stage, `WORKDIR ${workdir}`, stage.vertex);
}
