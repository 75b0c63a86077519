import type { ValuesOf } from '../../../../language/dockerfile/index.ts';
import type { InstructionContext } from './context.ts';

/** Kept for the builds that begin with this image; not in the history. */
export function convertOnbuild({ stage }: InstructionContext, { instruction }: ValuesOf<'onbuild'>): void {
  stage.image.config.OnBuild = [...(stage.image.config.OnBuild ?? []), instruction.expression];
}
