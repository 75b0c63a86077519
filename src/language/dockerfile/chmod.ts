import { fault } from './error.ts';

/** What `--chmod` does to a mode. */
export type Chmod = { readonly kind: 'octal'; readonly mode: number } | { readonly kind: 'symbolic'; readonly clauses: readonly ChmodClause[] };

export interface ChmodClause {
  /** Of `u`, `g`, `o`; empty where none was written, which means all of them. */
  readonly who: string;
  readonly operator: '+' | '-' | '=';
  /** Of `r`, `w`, `x`, `X`, `s`, `t`. */
  readonly permissions: string;
  /** Whose permissions are taken instead, as in `g=u`. */
  readonly copyFrom?: 'u' | 'g' | 'o';
}

/** `755`, `0644`, `u=rwX,go=rX`, `g+s`, `g=u`. Errors: BAD_CHMOD. */
export function parseChmod(text: string): Chmod {
  if (/^[0-9]+$/.test(text)) {
    const mode = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
    if (mode <= 0o7777) return { kind: 'octal', mode };
  } else {
    const clauses = text.split(',').map(parseClauses);
    if (clauses.every((clause) => clause !== undefined)) return { kind: 'symbolic', clauses: clauses.flat() };
  }
  throw fault('BAD_CHMOD', `Cannot use --chmod=${text}: it is no octal number between 0 and 07777 and no symbolic mode`, {
    hint: 'Write an octal mode such as 0755, or a symbolic one such as u=rwX,go=rX.',
  });
}

/** The mode, 0 to 0o7777, that a file or folder has after it; the rules are those of BSD's setmode. */
export function applyChmod(chmod: Chmod, mode: number, entry: { readonly isFolder: boolean }): number {
  if (chmod.kind === 'octal') return chmod.mode;
  const executable = entry.isFolder || (mode & 0o111) !== 0;
  let result = mode & 0o7777;
  for (const clause of chmod.clauses)
    result = clause.copyFrom === undefined ? applyClause(clause, result, executable) : applyCopy(clause, result, clause.copyFrom);
  return result;
}

/** `u=rw+x` is two clauses of one who; `g=ru` too: what is copied stands for itself. */
function parseClauses(text: string): ChmodClause[] | undefined {
  const match = /^([ugoa]*)((?:[+\-=][rwxXstugo]*)+)$/.exec(text);
  if (match === null) return undefined;
  const who = match[1]!.includes('a') ? 'ugo' : match[1]!;
  return [...match[2]!.matchAll(/([+\-=])([rwxXstugo]*)/g)].flatMap(([, operator, permissions]) => splitCopies(who, operator as '+' | '-' | '=', permissions!));
}

function splitCopies(who: string, operator: '+' | '-' | '=', permissions: string): ChmodClause[] {
  const parts = permissions.match(/[ugo]|[rwxXst]+/g) ?? [''];
  return parts.map((part) =>
    /[ugo]/.test(part) ? { who, operator, permissions: '', copyFrom: part as 'u' | 'g' | 'o' } : { who, operator, permissions: part },
  );
}

const shifts = { u: 6, g: 3, o: 0 } as const;

function applyClause({ who, operator, permissions }: ChmodClause, mode: number, executable: boolean): number {
  // without a who, `t` narrows the clause to the sticky bit
  if (who === '' && permissions.includes('t')) return operator === '-' ? mode & ~0o1000 : mode | 0o1000;
  let each = 0;
  if (permissions.includes('r')) each |= 4;
  if (permissions.includes('w')) each |= 2;
  // X looks at what the file was at the start
  if (permissions.includes('x') || (permissions.includes('X') && executable)) each |= 1;
  let set = 0;
  let reach = 0;
  for (const letter of lettersOf(who)) {
    set |= each << shifts[letter];
    reach |= 7 << shifts[letter];
  }
  for (const [letter, bit] of [
    ['u', 0o4000],
    ['g', 0o2000],
  ] as const) {
    if (!lettersOf(who).includes(letter)) continue;
    reach |= bit;
    if (permissions.includes('s')) set |= bit;
  }
  // sticky belongs to everybody but `o`, and `=` leaves it alone unless it is named
  if (permissions.includes('t') && who !== 'o') set |= 0o1000;
  if (operator === '+') return mode | set;
  return operator === '-' ? mode & ~set : (mode & ~reach) | set;
}

function applyCopy({ who, operator }: ChmodClause, mode: number, from: 'u' | 'g' | 'o'): number {
  const bits = (mode >> shifts[from]) & 7;
  let result = mode;
  for (const letter of lettersOf(who)) {
    const placed = bits << shifts[letter];
    if (operator === '+') result |= placed;
    else if (operator === '-') result &= ~placed;
    else result = (result & ~(7 << shifts[letter])) | placed;
  }
  return result;
}

function lettersOf(who: string): readonly ('u' | 'g' | 'o')[] {
  return (['u', 'g', 'o'] as const).filter((letter) => who === '' || who.includes(letter));
}
