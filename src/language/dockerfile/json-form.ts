import { fault } from './error.ts';
import { trimStart } from '../../core/go/index.ts';

/** The arguments of `["a", "b"]`; undefined where the text is no JSON array. Errors: BAD_ARGUMENTS for an array of anything but strings. */
export function parseJsonForm(text: string): string[] | undefined {
  const start = trimStart(text);
  if (!start.startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(start);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const items: unknown[] = value;
  if (!items.every((item) => typeof item === 'string')) {
    throw fault('BAD_ARGUMENTS', 'when using JSON array syntax, arrays must be comprised of strings only', { hint: 'Put every argument in double quotes.' });
  }
  return items.map((item) => item.toWellFormed());
}
