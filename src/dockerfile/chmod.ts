import { fault } from './error.ts';

/** What `--chmod` does to a mode. */
export type Chmod = { readonly kind: 'octal'; readonly mode: number } | { readonly kind: 'symbolic'; readonly clauses: readonly ChmodClause[] };

export interface ChmodClause {
  /** Of `u`, `g`, `o`; empty where none was written, which means all of them. */
  readonly who: string;
  readonly operator: '+' | '-' | '=';
  /** Of `r`, `w`, `x`, `X`, `s`, `t`. */
  readonly permissions: string;
}

/** `755`, `0644`, `u=rwX,go=rX`, `g+s`. Errors: BAD_CHMOD. */
export function parseChmod(text: string): Chmod {
  if (/^[0-7]+$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (mode <= 0o7777) return { kind: 'octal', mode };
  } else {
    const clauses = text.split(',').map(parseClauses);
    if (clauses.every((clause) => clause !== undefined)) return { kind: 'symbolic', clauses: clauses.flat() };
  }
  throw fault('BAD_CHMOD', `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`, {
    hint: 'Write an octal mode such as 0755, or a symbolic one such as u=rwX,go=rX.',
  });
}

/** The mode, 0 to 0o7777, that a file or folder has after it. */
export function applyChmod(chmod: Chmod, mode: number, entry: { readonly isFolder: boolean }): number {
  if (chmod.kind === 'octal') return chmod.mode;
  let result = mode & 0o7777;
  for (const clause of chmod.clauses) {
    const { set, reach } = bitsOf(clause, result, entry.isFolder);
    if (clause.operator === '+') result |= set;
    else if (clause.operator === '-') result &= ~set;
    else result = (result & ~reach) | set;
  }
  return result;
}

/** `u=rw+x` is two clauses of one who. */
function parseClauses(text: string): ChmodClause[] | undefined {
  const match = /^([ugoa]*)((?:[+\-=][rwxXst]*)+)$/.exec(text);
  if (match === null) return undefined;
  const who = match[1]!.includes('a') ? 'ugo' : match[1]!;
  return [...match[2]!.matchAll(/([+\-=])([rwxXst]*)/g)].map(([, operator, permissions]) => ({
    who,
    operator: operator as '+' | '-' | '=',
    permissions: permissions!,
  }));
}

function bitsOf({ who, permissions }: ChmodClause, mode: number, isFolder: boolean): { set: number; reach: number } {
  const everyone = who === '';
  const whom = everyone ? 'ugo' : who;
  let each = 0;
  let set = 0;
  for (const permission of permissions) {
    if (permission === 'r') each |= 4;
    if (permission === 'w') each |= 2;
    if (permission === 'x' || (permission === 'X' && (isFolder || (mode & 0o111) !== 0))) each |= 1;
    if (permission === 's') set |= (whom.includes('u') ? 0o4000 : 0) | (whom.includes('g') ? 0o2000 : 0);
    if (permission === 't' && (everyone || whom === 'ugo' || whom.includes('o'))) set |= 0o1000;
  }
  let reach = 0;
  for (const [letter, shift, special] of [
    ['u', 6, 0o4000],
    ['g', 3, 0o2000],
    ['o', 0, 0o1000],
  ] as const) {
    if (!whom.includes(letter)) continue;
    set |= each << shift;
    reach |= (7 << shift) | special;
  }
  return { set, reach };
}
