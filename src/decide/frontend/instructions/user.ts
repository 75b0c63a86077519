import type { UserInstruction } from '../../../language/dockerfile/index.ts';
import { addHistory } from '../history.ts';
import type { InstructionContext } from './context.ts';

export function convertUser({ stage, expand }: InstructionContext, instruction: UserInstruction): void {
  const user = expand(instruction.user);
  stage.image.config.User = user;
  addHistory(stage, `USER ${user}`);
}
