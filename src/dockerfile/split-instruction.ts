import { cutWord, isSpaceCode, trim, trimStart } from './space.ts';

/** One logical line: keyword, flags, and what follows. */
export interface InstructionParts {
  readonly keyword: string;
  /** As `--name` or `--name=value`, quotes and escapes removed. */
  readonly flags: readonly string[];
  /** Without white space around it. */
  readonly rest: string;
}

export function splitInstruction(line: string): InstructionParts {
  const [keyword, after] = cutWord(trim(line));
  if (after === undefined) return { keyword, flags: noFlags, rest: '' };
  const start = trimStart(after);
  if (!start.startsWith('--')) return { keyword, flags: noFlags, rest: start };
  const { flags, end } = readFlags(after);
  return { keyword, flags, rest: trim(after.slice(end)) };
}

const noFlags: readonly string[] = [];

/** Flags end at `--` or at the first word that does not start with `--`. Their escape is a backslash whatever the file's is. */
function readFlags(text: string): { flags: string[]; end: number } {
  const flags: string[] = [];
  let position = 0;
  for (;;) {
    while (position < text.length && isSpaceCode(text.charCodeAt(position))) position += 1;
    if (!text.startsWith('--', position)) return { flags, end: position };
    const { word, end } = readFlag(text, position);
    position = end;
    if (word === '--') return { flags, end };
    flags.push(word);
  }
}

function readFlag(text: string, start: number): { word: string; end: number } {
  let word = '';
  let quote = '';
  let position = start;
  for (; position < text.length; position += 1) {
    const char = text[position]!;
    if (quote === '' && isSpaceCode(text.charCodeAt(position))) break;
    if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === '\\') {
      position += 1;
      word += text[position] ?? '';
    } else {
      word += char;
    }
  }
  return { word, end: Math.min(position, text.length) };
}
