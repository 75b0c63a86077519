/** Where instructions are cut into words: blanks, but no Unicode spaces. */
export function splitBlanks(text: string): string[] {
  return text.split(/[\t\v\f\r ]+/);
}

/** The first word, and what comes after the blanks behind it; undefined where there are none. */
export function cutWord(text: string): [word: string, rest: string | undefined] {
  let end = 0;
  while (end < text.length && !isBlankCode(text.charCodeAt(end))) end += 1;
  if (end === text.length) return [text, undefined];
  let start = end;
  while (start < text.length && isBlankCode(text.charCodeAt(start))) start += 1;
  return [text.slice(0, end), text.slice(start)];
}

function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x09 || (code >= 0x0b && code <= 0x0d);
}
