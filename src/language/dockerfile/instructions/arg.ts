import { requireSome } from '../arguments.ts';
import type { ArgInstruction, KeyValue } from '../ast.ts';
import { type Draft, describedAs } from '../draft.ts';
import { fault } from '../error.ts';

/** Flags are dropped without a word, as docker build does. Errors: BAD_ARGUMENTS. */
export function parseArg({ args, base }: Draft): ArgInstruction {
  requireSome('ARG', args);
  return { kind: 'arg', ...base, args: args.map((word) => parseArgument(word, base.comments)) };
}

function parseArgument(word: string, comments: Draft['base']['comments']): KeyValue {
  const cut = word.indexOf('=');
  const key = cut < 0 ? word : word.slice(0, cut);
  if (key === '') throw fault('BAD_ARGUMENTS', 'ARG names can not be blank', { hint: 'Write ARG NAME or ARG NAME=VALUE.' });
  return { key, ...(cut < 0 ? {} : { value: word.slice(cut + 1) }), ...describedAs(key, comments) };
}
