import { fault } from './error.ts';

/** Bytes of the longest line that is read, without its line break. */
export const maxLineBytes = 65_535;

/** The lines of a file, read once from top to bottom. */
export class SourceText {
  readonly text: string;
  /** Lines read so far, which is the number of the line that `next` gave last. */
  line = 0;
  /** Where the next line starts. */
  offset: number;

  constructor(text: string) {
    this.text = text;
    this.offset = text.startsWith('\uFEFF') ? 1 : 0;
  }

  /** The next line with its line break; undefined at the end. Errors: LINE_TOO_LONG. */
  next(): string | undefined {
    if (this.offset >= this.text.length) return undefined;
    const newline = this.text.indexOf('\n', this.offset);
    const end = newline < 0 ? this.text.length : newline + 1;
    const line = this.text.slice(this.offset, end);
    this.offset = end;
    this.line += 1;
    if (line.length * 3 > maxLineBytes && byteLength(line) - (newline < 0 ? 0 : 1) > maxLineBytes) {
      throw fault('LINE_TOO_LONG', `dockerfile line greater than max allowed size of ${maxLineBytes}`, {
        hint: 'Break the line with a continuation, or move its contents into a file that is copied.',
      });
    }
    return line;
  }

  /** Goes back to a place where `line` and `offset` were as given. */
  rewind(line: number, offset: number): void {
    this.line = line;
    this.offset = offset;
  }
}

/** A file's bytes as text; its byte order mark stays, for `SourceText` to skip. */
export function decodeSource(bytes: string | Uint8Array): string {
  return typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

export function withoutLineBreak(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === '\n' || line[end - 1] === '\r')) end -= 1;
  return line.slice(0, end);
}

function byteLength(text: string): number {
  return text.length > maxLineBytes + 1 ? text.length : Buffer.byteLength(text);
}
