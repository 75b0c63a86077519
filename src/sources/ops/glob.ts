import { OpsError } from './error.ts';

/** Whether a name has a wildcard of Go's filepath.Match that is not escaped. */
export function hasWildcards(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '*' || text[i] === '?' || text[i] === '[') return true;
  }
  return false;
}

/** A test for one path element by the rules of Go's filepath.Match: `*`, `?`, `[a-z]`, `[^a]`, `\` escapes; `**` is `*`. Errors: PATTERN_INVALID. */
export function compileElement(pattern: string): (name: string) => boolean {
  const characters = Array.from(pattern);
  let source = '';
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i]!;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '\\') source += escape(characters[(i += 1)] ?? fail(pattern));
    else if (character === '[') {
      const [text, end] = characterClass(characters, i, pattern);
      source += text;
      i = end;
    } else source += escape(character);
  }
  const expression = new RegExp(`^(?:${source})$`, 'su');
  return (name) => expression.test(name);
}

/** Reads `[...]` that starts at `start`; gives it as a regular expression, and the index of its `]`. */
function characterClass(characters: readonly string[], start: number, pattern: string): [string, number] {
  let i = start + 1;
  const negated = characters[i] === '^';
  if (negated) i += 1;
  const one = (): string => {
    let character = characters[i];
    if (character === undefined || character === '-' || character === ']') fail(pattern);
    if (character === '\\') character = characters[(i += 1)] ?? fail(pattern);
    i += 1;
    return character;
  };
  let body = '';
  do {
    const low = one();
    let high = low;
    if (characters[i] === '-') {
      i += 1;
      high = one();
    }
    // A range that runs backwards matches nothing, and is no fault in Go.
    if (low.codePointAt(0)! <= high.codePointAt(0)!) body += `${escapeInClass(low)}-${escapeInClass(high)}`;
    if (i >= characters.length) fail(pattern);
  } while (characters[i] !== ']');
  if (body === '') return [negated ? '[^/]' : '(?!)', i];
  return [negated ? `[^/${body}]` : `(?!/)[${body}]`, i];
}

function escape(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function escapeInClass(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function fail(pattern: string): never {
  throw new OpsError('PATTERN_INVALID', `Cannot use pattern ${JSON.stringify(pattern)}: syntax error in pattern`, {
    family: 'validation',
    hint: 'A literal [ is written [[]; a range is written [a-z].',
  });
}
