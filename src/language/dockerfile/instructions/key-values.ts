import type { EnvInstruction, KeyValue, LabelInstruction } from '../ast.ts';
import type { Draft } from '../draft.ts';
import { fault } from '../error.ts';
import { parseFlags } from '../flags.ts';
import { cutWord } from '../blank.ts';
import { splitWords } from '../words.ts';

/** ENV and LABEL, in the forms `key=value ...` and `key value`. Errors: BAD_ARGUMENTS, and those of flags. */
export function parseKeyValues(kind: 'env' | 'label', { rest, flags, escape, base }: Draft): EnvInstruction | LabelInstruction {
  const name = kind.toUpperCase();
  const { pairs, legacy } = parsePairs(name, rest, escape);
  parseFlags(flags, {});
  if (pairs.length === 0) throw fault('BAD_ARGUMENTS', `${name} requires at least one argument`, { hint: `Write ${name} KEY=VALUE.` });
  if (pairs.some(({ key }) => key === '')) throw fault('BAD_ARGUMENTS', `${name} names can not be blank`, { hint: `Write ${name} KEY=VALUE.` });
  return { kind, ...base, pairs, legacy };
}

/** The first word decides the form: the old one has no `=` in it. Errors: BAD_ARGUMENTS. */
export function parsePairs(name: string, rest: string, escape: '\\' | '`'): { pairs: KeyValue[]; legacy: boolean } {
  const words = splitWords(rest, escape);
  const [first] = words;
  if (first === undefined) return { pairs: [], legacy: false };
  if (!first.includes('=')) {
    const [key, value] = cutWord(rest);
    if (value === undefined) throw fault('BAD_ARGUMENTS', `${name} must have two arguments`, { hint: `Write ${name} KEY=VALUE.` });
    return { pairs: [{ key, value }], legacy: true };
  }
  const pairs = words.map((word): KeyValue => {
    const cut = word.indexOf('=');
    if (cut < 0) {
      throw fault('BAD_ARGUMENTS', `syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`, {
        hint: 'Put a value that holds blanks in double quotes.',
      });
    }
    return { key: word.slice(0, cut), value: word.slice(cut + 1) };
  });
  return { pairs, legacy: false };
}
