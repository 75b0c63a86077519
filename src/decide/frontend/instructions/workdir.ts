import type { WorkdirInstruction } from '../../../language/dockerfile/index.ts';
import { addHistory, addLayerHistory } from '../history.ts';
import { cleanGoPath } from '../../../core/go/index.ts';
import { workingDir } from '../paths.ts';
import { shownInstruction } from '../vertex-name.ts';
import type { InstructionContext } from './context.ts';

/** The folder is made in a layer of its own, and belongs to the current USER. */
export function convertWorkdir(context: InstructionContext, instruction: WorkdirInstruction): void {
  const { conversion, stage } = context;
  const path = workingDir(stage.image.config.WorkingDir ?? '', context.expand(instruction.path));
  stage.image.config.WorkingDir = path;
  stage.workingDir = path;
  if (path === '/') {
    addHistory(stage, 'WORKDIR /');
    return;
  }
  const owner = stage.image.config.User;
  stage.vertex = context.step(
    { kind: 'mkdir', path: cleanGoPath(path), mode: 0o755, ...(owner ? { owner } : {}) },
    [stage.state],
    shownInstruction(conversion, instruction.original, stage.environment),
  );
  addLayerHistory(stage, `WORKDIR ${path}`, stage.vertex);
}
