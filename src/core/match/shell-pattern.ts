/** Patterns of `${x#p}` and its kin: `*` and `?`, escaped with a backslash; no brackets. */

/** A bad escape, or a result that grows too long. */
export class PatternFault extends Error {}

/** UTF-16 units of the longest text that an expansion may come to. */
export const maxExpandedLength = 32 * 1024 * 1024;

/** `value` without the part at its start or end that matches. */
export function trimMatch(value: string, pattern: string, side: 'start' | 'end', longest: boolean): string {
  const written = parsePattern(pattern);
  const segments = side === 'start' ? written : written.map((segment) => segment.toReversed()).reverse();
  // Without a star, no more than this can match.
  const reach = segments.length === 1 ? 2 * segments[0]!.length : value.length;
  const chars = Array.from(side === 'start' ? value.slice(0, reach) : value.slice(Math.max(0, value.length - reach)));
  if (side === 'end') chars.reverse();
  const end = matchEnd(chars, segments, longest, 0);
  if (end === undefined) return value;
  let length = 0;
  for (let index = 0; index < end; index += 1) length += chars[index]!.length;
  return side === 'start' ? value.slice(length) : value.slice(0, value.length - length);
}

/**
 * `value` with its first match, or all of them, replaced. With `all` the replacement is a template in which `$0` is the match,
 * `$$` a dollar, and any other `$name` nothing: docker build does it so.
 */
export function replaceMatches(value: string, pattern: string, replacement: string, all: boolean): string {
  const segments = parsePattern(pattern);
  const chars = Array.from(value);
  let result = '';
  let position = 0;
  let previousEnd = -1;
  while (position <= chars.length) {
    const match = findMatch(chars, segments, position);
    if (match === undefined) break;
    const [start, end] = match;
    result += chars.slice(position, start).join('');
    // an empty match right after a match counts for nothing
    const counts = end > start || start !== previousEnd;
    if (counts) result += all ? fillTemplate(replacement, chars.slice(start, end).join('')) : replacement;
    if (result.length > maxExpandedLength) throw new PatternFault('the result is too long');
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

/** One character as it is, or any but a line break. */
type Token = { readonly char: string } | 'one';

/** What stands between the stars: `a*b?` is two, `*` two empty ones. */
type Pattern = readonly (readonly Token[])[];

function parsePattern(pattern: string): Pattern {
  let current: Token[] = [];
  const segments = [current];
  const chars = Array.from(pattern);
  for (let index = 0; index < chars.length; index += 1) {
    let char = chars[index]!;
    if (char === '*') {
      current = [];
      segments.push(current);
      continue;
    }
    if (char === '?') {
      current.push('one');
      continue;
    }
    if (char === '\\') {
      const escaped = chars[index + 1];
      // `\}` and `\/` only keep the brace and the slash from ending the pattern
      if (escaped === '}' || escaped === '/') continue;
      if (escaped !== '*' && escaped !== '?' && escaped !== '\\') throw new PatternFault(`invalid escape '\\${escaped ?? ''}'`);
      char = escaped;
      index += 1;
    }
    current.push({ char });
  }
  return segments;
}

/** Where the shortest or the longest match from `from` ends. Stars do not cross line breaks. */
function matchEnd(chars: readonly string[], pattern: Pattern, longest: boolean, from: number): number | undefined {
  const first = pattern[0]!;
  if (!matchesAt(chars, first, from)) return undefined;
  let position = from + first.length;
  let lineEnd = -1;
  for (let index = 1; index < pattern.length; index += 1) {
    const segment = pattern[index]!;
    const isLast = index === pattern.length - 1;
    if (lineEnd < position) lineEnd = lineEndFrom(chars, position);
    // the first place leaves the most room to what comes after
    const place = isLast && longest ? findLast(chars, segment, position, lineEnd) : findFirst(chars, segment, position, lineEnd);
    if (place === undefined) return undefined;
    position = place + segment.length;
  }
  return position;
}

/** The leftmost match from `from` on, and there the longest. */
function findMatch(chars: readonly string[], pattern: Pattern, from: number): [start: number, end: number] | undefined {
  const first = pattern[0]!;
  let start = from;
  for (;;) {
    const place = findFirst(chars, first, start, chars.length);
    if (place === undefined) return undefined;
    const end = matchEnd(chars, pattern, true, place);
    if (end !== undefined) return [place, end];
    // what fails here fails further on in the line too
    const lineEnd = lineEndFrom(chars, place + first.length);
    if (lineEnd >= chars.length) return undefined;
    start = Math.max(place + 1, lineEnd - first.length + 1);
  }
}

function matchesAt(chars: readonly string[], segment: readonly Token[], place: number): boolean {
  if (place + segment.length > chars.length) return false;
  for (let index = 0; index < segment.length; index += 1) {
    const token = segment[index]!;
    const char = chars[place + index]!;
    if (token === 'one' ? char === '\n' : token.char !== char) return false;
  }
  return true;
}

function findFirst(chars: readonly string[], segment: readonly Token[], from: number, last: number): number | undefined {
  for (let place = from; place <= last; place += 1) if (matchesAt(chars, segment, place)) return place;
  return undefined;
}

function findLast(chars: readonly string[], segment: readonly Token[], from: number, last: number): number | undefined {
  for (let place = last; place >= from; place -= 1) if (matchesAt(chars, segment, place)) return place;
  return undefined;
}

function lineEndFrom(chars: readonly string[], from: number): number {
  const end = chars.indexOf('\n', from);
  return end < 0 ? chars.length : end;
}

function fillTemplate(template: string, match: string): string {
  return template.replaceAll(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare: string | undefined, braced: string | undefined) => {
    if (whole === '$$') return '$';
    return (bare ?? braced) === '0' ? match : '';
  });
}
