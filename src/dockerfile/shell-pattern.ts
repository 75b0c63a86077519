/** Patterns of `${x#p}` and its kin: `*` and `?`, escaped with a backslash; no brackets. A bad escape throws RangeError. */

/** `value` without the part at its start or end that matches. */
export function trimMatch(value: string, pattern: string, side: 'start' | 'end', longest: boolean): string {
  const tokens = parsePattern(pattern);
  const parts = side === 'start' ? tokens : tokens.toReversed();
  const chars = Array.from(value);
  if (side === 'end') chars.reverse();
  const length = matchPrefix(chars, parts, longest);
  if (length === undefined) return value;
  const rest = chars.slice(length);
  if (side === 'end') rest.reverse();
  return rest.join('');
}

/**
 * `value` with its first match, or all of them, replaced. With `all` the replacement is a template in which `$0` is the match,
 * `$$` a dollar, and any other `$name` nothing: docker build does it so.
 */
export function replaceMatches(value: string, pattern: string, replacement: string, all: boolean): string {
  const tokens = parsePattern(pattern);
  const chars = Array.from(value);
  let result = '';
  let position = 0;
  let previousEnd = -1;
  while (position <= chars.length) {
    const match = findMatch(chars, tokens, position);
    if (match === undefined) break;
    const [start, end] = match;
    result += chars.slice(position, start).join('');
    // an empty match right after a match counts for nothing
    const counts = end > start || start !== previousEnd;
    if (counts) result += all ? fillTemplate(replacement, chars.slice(start, end).join('')) : replacement;
    position = end;
    previousEnd = end;
    if (!all) break;
    if (end === start) {
      if (position < chars.length) result += chars[position]!;
      position += 1;
    }
  }
  return result + chars.slice(position).join('');
}

type Token = { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'char'; readonly char: string };

function parsePattern(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = Array.from(pattern);
  for (let index = 0; index < chars.length; index += 1) {
    let char = chars[index]!;
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'any') tokens.push({ kind: 'any' });
      continue;
    }
    if (char === '?') {
      tokens.push({ kind: 'one' });
      continue;
    }
    if (char === '\\') {
      const escaped = chars[index + 1];
      // `\}` and `\/` only keep the brace and the slash from ending the pattern
      if (escaped === '}' || escaped === '/') continue;
      if (escaped !== '*' && escaped !== '?' && escaped !== '\\') throw new RangeError(`invalid escape '\\${escaped ?? ''}'`);
      char = escaped;
      index += 1;
    }
    tokens.push({ kind: 'char', char });
  }
  return tokens;
}

/** How many characters from the start match: the shortest or the longest way. `*` and `?` stop at a line break. */
function matchPrefix(chars: readonly string[], tokens: readonly Token[], longest: boolean, from = 0): number | undefined {
  let ends = new Set([from]);
  for (const token of tokens) {
    const after = new Set<number>();
    let reached = -1;
    for (const position of ends) {
      if (token.kind === 'any') {
        // positions come in rising order, so what an earlier one reached is not walked again
        let end = Math.max(position, reached);
        if (position > reached) after.add(position);
        while (end < chars.length && chars[end] !== '\n') after.add((end += 1));
        reached = end;
      } else if (position < chars.length && (token.kind === 'one' ? chars[position] !== '\n' : chars[position] === token.char)) {
        after.add(position + 1);
      }
    }
    if (after.size === 0) return undefined;
    ends = after;
  }
  let best: number | undefined;
  for (const end of ends) if (best === undefined || (longest ? end > best : end < best)) best = end;
  return best === undefined ? undefined : best - from;
}

/** The leftmost match from `from` on, and there the longest. */
function findMatch(chars: readonly string[], tokens: readonly Token[], from: number): [start: number, end: number] | undefined {
  const first = tokens[0];
  for (let start = from; start <= chars.length; start += 1) {
    if (first?.kind === 'char' && chars[start] !== first.char) continue;
    const length = matchPrefix(chars, tokens, true, start);
    if (length !== undefined) return [start, start + length];
    // a later start sees less of the same line, so where `*` comes early it cannot do better before the next line break
    const star = tokens.findIndex((token) => token.kind === 'any');
    if (star >= 0 && matchPrefix(chars, tokens.slice(0, star + 1), true, start) !== undefined) {
      const lineEnd = chars.indexOf('\n', start);
      if (lineEnd < 0) return undefined;
      start = Math.max(start, lineEnd - star);
    }
  }
  return undefined;
}

function fillTemplate(template: string, match: string): string {
  return template.replaceAll(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare: string | undefined, braced: string | undefined) => {
    if (whole === '$$') return '$';
    return (bare ?? braced) === '0' ? match : '';
  });
}
