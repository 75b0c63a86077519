import { isSpaceCode, trimEnd, trimStart } from '../../core/go/index.ts';
import { cutWord } from './blank.ts';

/** One logical line: keyword, flags, and what follows. */
export interface InstructionParts {
  readonly keyword: string;
  readonly flags: readonly FlagWord[];
  /** Without white space around it. */
  readonly rest: string;
  /** Offset of `rest` in the line. */
  readonly restStart: number;
}

/** A flag, and its offsets in the line. `end` is exclusive. */
export interface FlagWord {
  /** As `--name` or `--name=value`, quotes and escapes removed. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export function splitInstruction(line: string): InstructionParts {
  const trimmed = trimEnd(line);
  const [keyword, after] = cutWord(trimStart(trimmed));
  if (after === undefined) return { keyword, flags: noFlags, rest: '', restStart: trimmed.length };
  const start = trimStart(after);
  if (!start.startsWith('--')) return { keyword, flags: noFlags, rest: start, restStart: trimmed.length - start.length };
  const { flags, end } = readFlags(trimmed, trimmed.length - start.length);
  const rest = trimStart(trimmed.slice(end));
  return { keyword, flags, rest, restStart: trimmed.length - rest.length };
}

const noFlags: readonly FlagWord[] = [];

/** Flags end at `--` or at the first word that does not start with `--`. Their escape is a backslash whatever the file's is. */
function readFlags(text: string, start: number): { flags: FlagWord[]; end: number } {
  const flags: FlagWord[] = [];
  let position = start;
  for (;;) {
    while (position < text.length && isSpaceCode(text.charCodeAt(position))) position += 1;
    if (!text.startsWith('--', position)) return { flags, end: position };
    const { word, end } = readFlag(text, position);
    if (word === '--') return { flags, end };
    flags.push({ text: word, start: position, end });
    position = end;
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
