import { badPattern } from './error.ts';

export type PatternToken =
  | { readonly kind: 'char'; readonly char: string }
  /** `?`: one character but `/`. */
  | { readonly kind: 'one' }
  /** `*`: any characters but `/`. */
  | { readonly kind: 'star' }
  /** Double star with something after it: nothing, or any characters with a `/` at their end. */
  | { readonly kind: 'folders' }
  /** Double star at the end: any characters. */
  | { readonly kind: 'rest' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [low: string, high: string])[] };

/** `doubleStar` is the language of ignore files; without it a pattern is one of Go's filepath.Match. Errors: BAD_PATTERN. */
export function parsePattern(pattern: string, options: { readonly doubleStar: boolean }): PatternToken[] {
  const chars = Array.from(pattern);
  const tokens: PatternToken[] = [];
  let index = 0;
  while (index < chars.length) {
    const char = chars[index]!;
    if (char === '*' && options.doubleStar && chars[index + 1] === '*') {
      index += chars[index + 2] === '/' ? 3 : 2;
      tokens.push({ kind: index >= chars.length ? 'rest' : 'folders' });
    } else if (char === '*') {
      index += 1;
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (char === '?') {
      index += 1;
      tokens.push({ kind: 'one' });
    } else if (char === '[') {
      const { token, end } = parseClass(pattern, chars, index);
      // Go's filepath.Match takes a range that runs backwards for an empty one, its regular expressions do not
      if (options.doubleStar && token.ranges.some(([low, high]) => low.codePointAt(0)! > high.codePointAt(0)!)) throw syntaxError(pattern);
      index = end;
      tokens.push(token);
    } else {
      if (char === '\\') index += 1;
      const literal = chars[index];
      if (literal === undefined) throw syntaxError(pattern);
      tokens.push({ kind: 'char', char: literal });
      index += 1;
    }
  }
  return tokens;
}

/** A test for the whole of a path. Its time grows with the product of both lengths at most. */
export function compileTokens(tokens: readonly PatternToken[]): (path: string) => boolean {
  const wild = tokens.filter(({ kind }) => kind === 'star' || kind === 'folders' || kind === 'rest').length;
  // more stars make an expression slow, more tokens make one that cannot be compiled
  if (wild > 2 || tokens.length > 1000) return (path) => walk(Array.from(path), tokens);
  const expression = new RegExp(`^(?:${tokens.map(expressionOf).join('')})$`, 'u');
  return (path) => expression.test(path);
}

/** Go's filepath.Match: `*` and `?` stop at `/`, `[a-z]` and `[^a]`, `\` escapes. Errors: BAD_PATTERN. */
export function matchPattern(pattern: string, name: string): boolean {
  return compilePattern(pattern)(name);
}

/** `matchPattern` for many names: one path element or a whole path. Errors: BAD_PATTERN. */
export function compilePattern(pattern: string): (name: string) => boolean {
  return compileTokens(parsePattern(pattern, { doubleStar: false }));
}

/** Whether a pattern has `*`, `?` or `[` without a backslash before it. */
export function hasWildcards(pattern: string): boolean {
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index];
    if (char === '\\') index += 1;
    else if (char === '*' || char === '?' || char === '[') return true;
  }
  return false;
}

function parseClass(pattern: string, chars: readonly string[], start: number): { token: PatternToken & { kind: 'class' }; end: number } {
  const negated = chars[start + 1] === '^';
  let index = start + (negated ? 2 : 1);
  const ranges: [string, string][] = [];
  const readOne = (): string => {
    if (chars[index] === '-' || chars[index] === ']') throw syntaxError(pattern);
    if (chars[index] === '\\') index += 1;
    const char = chars[index];
    index += 1;
    if (char === undefined || index >= chars.length) throw syntaxError(pattern);
    return char;
  };
  while (ranges.length === 0 || chars[index] !== ']') {
    const low = readOne();
    let high = low;
    if (chars[index] === '-') {
      index += 1;
      high = readOne();
    }
    ranges.push([low, high]);
  }
  return { token: { kind: 'class', negated, ranges }, end: index + 1 };
}

function syntaxError(pattern: string): Error {
  return badPattern(pattern, 'syntax error in pattern', 'Close every [ with a ], and put a character after every backslash.');
}

function expressionOf(token: PatternToken): string {
  switch (token.kind) {
    case 'char':
      return literal(token.char);
    case 'one':
      return '[^/]';
    case 'star':
      return '[^/]*';
    case 'folders':
      return '(?:[^]*/)?';
    case 'rest':
      return '[^]*';
    case 'class': {
      // a range that runs backwards holds nothing
      const ranges = token.ranges.filter(([low, high]) => low.codePointAt(0)! <= high.codePointAt(0)!);
      return `[${token.negated ? '^' : ''}${ranges.map(([low, high]) => `${codePoint(low)}-${codePoint(high)}`).join('')}]`;
    }
    default:
      return token satisfies never;
  }
}

function literal(char: string): string {
  return /[\w]/.test(char) ? char : codePoint(char);
}

function codePoint(char: string): string {
  return `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/** Keeps the set of places that the tokens so far can end at. */
function walk(chars: readonly string[], tokens: readonly PatternToken[]): boolean {
  let places = new Uint8Array(chars.length + 1);
  places[0] = 1;
  for (const token of tokens) {
    const after = new Uint8Array(chars.length + 1);
    let open = 0;
    let any = 0;
    for (let place = 0; place <= chars.length; place += 1) {
      const here = places[place]!;
      const previous = place === 0 ? undefined : chars[place - 1];
      if (token.kind === 'star') {
        open = here | (previous === '/' ? 0 : open);
        after[place] = open;
      } else if (token.kind === 'rest') {
        open |= here;
        after[place] = open;
      } else if (token.kind === 'folders') {
        after[place] = here | (previous === '/' ? open : 0);
        open |= here;
      } else {
        after[place] = previous !== undefined && places[place - 1] === 1 && matchesOne(token, previous) ? 1 : 0;
      }
      any |= after[place]!;
    }
    if (any === 0) return false;
    places = after;
  }
  return places[chars.length] === 1;
}

function matchesOne(token: Extract<PatternToken, { kind: 'char' | 'one' | 'class' }>, char: string): boolean {
  if (token.kind === 'char') return token.char === char;
  if (token.kind === 'one') return char !== '/';
  const code = char.codePointAt(0)!;
  return token.ranges.some(([low, high]) => low.codePointAt(0)! <= code && code <= high.codePointAt(0)!) !== token.negated;
}
