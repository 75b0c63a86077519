import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import { frontendError } from '../../error.ts';
import { plainList } from '../go-format.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

/** Errors: VOLUME. */
export function convertVolume({ stage }: InstructionContext, { paths }: ValuesOf<'volume'>): void {
  if (paths.includes('')) {
    throw frontendError('VOLUME', 'Cannot declare a volume: VOLUME specified can not be an empty string', 'Name a folder, or a variable that is set.');
  }
  stage.image.config.Volumes = { ...stage.image.config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
  addHistory(stage, `VOLUME ${plainList(paths)}`);
}
