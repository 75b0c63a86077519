import { textWidth } from '../progress/text-width.ts';

/* oxlint-disable no-control-regex -- control characters are what this file is about */
/** What a terminal shows after the sequences that this room writes. Anything else it does not know, and throws. */
export class Screen {
  readonly #columns: number;
  readonly #lines: string[] = [''];
  #row = 0;
  cursorShown = true;

  constructor(columns: number) {
    this.#columns = columns;
  }

  write(text: string): void {
    for (const token of text.match(/\u001b\[[?\d;]*[A-Za-z]|[\r\n]|[^\u001b\r\n]+/g) ?? []) this.#apply(token);
  }

  /** Without blanks at the ends. */
  lines(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #apply(token: string): void {
    const up = /^\u001b\[(\d+)A$/.exec(token);
    if (up !== null) this.#row = Math.max(0, this.#row - Number(up[1]));
    else if (token === '\n') {
      this.#row++;
      if (this.#row === this.#lines.length) this.#lines.push('');
    } else if (token === '\u001b[J') this.#lines.splice(this.#row, this.#lines.length, '');
    else if (token === '\u001b[?25l' || token === '\u001b[?25h') this.cursorShown = token.endsWith('h');
    else if (token === '\r' || token === '\u001b[K' || /^\u001b\[\?2026[hl]$/.test(token) || /^\u001b\[[\d;]*m$/.test(token)) return;
    else if (token.startsWith('\u001b')) throw new Error(`the screen does not know ${JSON.stringify(token)}`);
    else {
      if (textWidth(token) > this.#columns) throw new Error(`the line is wider than the screen: ${token}`);
      this.#lines[this.#row] = token;
    }
  }
}
