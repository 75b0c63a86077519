import { fault } from './error.ts';
import { withSuggestion } from '../../core/match/index.ts';

export type FlagKind = 'bool' | 'string' | 'list';

/** The flags of one instruction, checked against those that it knows. */
export interface Flags {
  text(name: string): string | undefined;
  list(name: string): string[];
  bool(name: string): boolean | undefined;
}

/** Errors: UNKNOWN_FLAG, DUPLICATE_FLAG, BAD_FLAG. */
export function parseFlags(flags: readonly string[], known: Readonly<Record<string, FlagKind>>): Flags {
  if (flags.length === 0) return noFlags;
  const values = new Map<string, string[]>();
  for (const flag of flags) {
    const [name, value] = splitFlag(flag);
    const written = `--${name}`;
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      const names = Object.keys(known);
      const hint = names.length === 0 ? 'This instruction takes no flags.' : `Its flags are ${names.map((each) => `--${each}`).join(', ')}.`;
      throw fault('UNKNOWN_FLAG', withSuggestion(`unknown flag: ${written}`, name, names, { caseSensitive: true }), { hint });
    }
    const before = values.get(name);
    if (before !== undefined && kind !== 'list') throw fault('DUPLICATE_FLAG', `duplicate flag specified: ${written}`, { hint: 'Give the flag once.' });
    values.set(name, [...(before ?? []), kind === 'bool' ? String(parseFlagBool(written, value)) : requireValue(written, value)]);
  }
  return {
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    bool: (name) => {
      const value = values.get(name)?.[0];
      return value === undefined ? undefined : value === 'true';
    },
  };
}

/** The name without its dashes, and the value; undefined where there is no `=`. */
export function splitFlag(flag: string): [name: string, value: string | undefined] {
  const cut = flag.indexOf('=');
  return cut < 0 ? [flag.slice(2), undefined] : [flag.slice(2, cut), flag.slice(cut + 1)];
}

const noFlags: Flags = { text: () => undefined, list: () => [], bool: () => undefined };

/** `--link`, `--link=true`, `--link=FALSE`. Errors: BAD_FLAG. */
export function parseFlagBool(flag: string, value: string | undefined): boolean {
  if (value === undefined) return true;
  if (value === '') throw fault('BAD_FLAG', `missing a value on flag: ${flag}`, { hint: `Write ${flag} or ${flag}=false.` });
  const lower = value.toLowerCase();
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  throw fault('BAD_FLAG', `expecting boolean value for flag ${flag}, not: ${value}`, { hint: `Write ${flag} or ${flag}=false.` });
}

function requireValue(flag: string, value: string | undefined): string {
  if (value === undefined) throw fault('BAD_FLAG', `missing a value on flag: ${flag}`, { hint: `Write ${flag}=VALUE, without a space.` });
  return value;
}
