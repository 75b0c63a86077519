import type { FromInstruction } from '../ast.ts';
import { type Draft, describedAs } from '../draft.ts';
import { fault } from '../error.ts';
import { parseFlags } from '../flags.ts';

/** Errors: BAD_ARGUMENTS, BAD_STAGE_NAME, and those of flags. */
export function parseFrom({ args, flags, base }: Draft): FromInstruction {
  const [image, asKeyword, name] = args;
  const named = args.length === 3 && asKeyword!.toLowerCase() === 'as';
  if (image === undefined || (!named && args.length !== 1)) {
    throw fault('BAD_ARGUMENTS', 'FROM requires either one or three arguments', { hint: 'Write FROM IMAGE or FROM IMAGE AS NAME.' });
  }
  if (named && !/^[a-z][a-z0-9-_.]*$/.test(name!.toLowerCase())) {
    throw fault('BAD_STAGE_NAME', `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`, {
      hint: 'A stage name starts with a letter and goes on with letters, digits, -, _ and dots.',
    });
  }
  const platform = parseFlags(flags, { platform: 'string' }).text('platform');
  return {
    kind: 'from',
    ...base,
    image,
    ...(platform === undefined ? {} : { platform }),
    ...(named ? { name: name!, asKeyword: asKeyword!, ...describedAs(name!.toLowerCase(), base.comments) } : {}),
  };
}
