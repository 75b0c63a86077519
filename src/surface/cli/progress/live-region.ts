import type { Sink } from '../console.ts';
import { textWidth } from './text-width.ts';

/** A line as it is drawn. `text` holds no escape sequences. */
export interface StyledLine {
  readonly text: string;
  readonly style?: 'done' | 'error' | 'warning' | 'dim' | undefined;
}

const styles = { done: '34', error: '31', warning: '33', dim: '2' } as const;

/** Lines at the bottom of a terminal that are drawn again and again in place: one write a frame, and only the lines that changed. */
export class LiveRegion {
  readonly #sink: Sink;
  #drawn: string[] = [];
  #drawnWidths: number[] = [];
  #columns = 0;
  #cursorHidden = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Lines must be narrower than the terminal and fewer than its rows; `last` lines may be any number and stay. */
  draw(lines: readonly StyledLine[], options: { readonly last?: boolean } = {}): void {
    const last = options.last === true;
    const columns = this.#sink.columns();
    const texts = lines.map((line) => this.#styled(line));
    // After a change of width the terminal has wrapped what was drawn: count its rows anew and draw everything
    const resized = this.#columns !== 0 && columns !== this.#columns;
    const rowsAbove = resized ? this.#drawnWidths.reduce((rows, width) => rows + Math.max(1, Math.ceil(width / columns)), 0) : this.#drawn.length;
    let frame = this.#cursorHidden ? '' : '\x1b[?25l';
    if (rowsAbove > 0) frame += `\x1b[${Math.min(rowsAbove, this.#sink.rows() - 1)}A`;
    frame += '\r';
    if (resized || last) frame += '\x1b[J';
    const known = resized || last ? [] : this.#drawn;
    for (const [i, text] of texts.entries()) frame += known[i] === text ? '\n' : `${text}\x1b[K\n`;
    if (known.length > texts.length) frame += '\x1b[J';
    this.#cursorHidden = true;
    if (last) {
      frame += '\x1b[?25h';
      this.#cursorHidden = false;
    }
    const changed = resized || last || known.length !== texts.length || texts.some((text, i) => text !== known[i]);
    // Synchronized output: terminals that know it show the frame as a whole, others ignore it
    if (changed) this.#sink.write(`\x1b[?2026h${frame}\x1b[?2026l`);
    this.#drawn = last ? [] : texts;
    this.#drawnWidths = last ? [] : lines.map((line) => textWidth(line.text));
    this.#columns = columns;
  }

  /** To be called when the process goes: gives the cursor back. */
  restore(): void {
    if (this.#cursorHidden) this.#sink.write('\x1b[?2026l\x1b[?25h');
    this.#cursorHidden = false;
  }

  #styled(line: StyledLine): string {
    return line.style === undefined || !this.#sink.hasColors ? line.text : `\x1b[${styles[line.style]}m${line.text}\x1b[0m`;
  }
}
