/** A whole line of a step's output. */
export interface LogLine {
  readonly timeMs: number;
  readonly text: string;
}

const maxLineLength = 16_384;
const keptLines = 100;

/** Cuts a step's output into lines and keeps the last ones. What a carriage return would have overwritten on a terminal is left out. */
export class StepLog {
  readonly #partial = new Map<'stdout' | 'stderr', { readonly decoder: TextDecoder; text: string; timeMs: number }>();
  #lines: LogLine[] = [];
  #count = 0;

  /** The lines that `data` completes. */
  push(stream: 'stdout' | 'stderr', data: Uint8Array, timeMs: number): LogLine[] {
    let partial = this.#partial.get(stream);
    if (partial === undefined) this.#partial.set(stream, (partial = { decoder: new TextDecoder(), text: '', timeMs }));
    const pieces = (partial.text + partial.decoder.decode(data, { stream: true })).split('\n');
    let rest = pieces.pop() ?? '';
    const lines = pieces.map((text) => ({ timeMs, text: visiblePart(text) }));
    // An endless line is cut, so that memory stays bounded
    while (rest.length > maxLineLength) {
      lines.push({ timeMs, text: rest.slice(0, maxLineLength) });
      rest = rest.slice(maxLineLength);
    }
    partial.text = rest;
    partial.timeMs = timeMs;
    this.#keep(lines);
    return lines;
  }

  /** The unfinished lines, at the end of the step. */
  end(): LogLine[] {
    const lines = [...this.#partial.values()].filter(({ text }) => text !== '').map(({ text, timeMs }) => ({ timeMs, text: visiblePart(text) }));
    this.#partial.clear();
    this.#keep(lines);
    return lines;
  }

  /** The last `count` lines, unfinished ones included. */
  tail(count: number): LogLine[] {
    const unfinished = [...this.#partial.values()].filter(({ text }) => text !== '').map(({ text, timeMs }) => ({ timeMs, text: visiblePart(text) }));
    return [...this.#lines, ...unfinished].slice(-count);
  }

  /** Lines seen in all. */
  get count(): number {
    return this.#count;
  }

  #keep(lines: readonly LogLine[]): void {
    this.#count += lines.length;
    this.#lines.push(
      ...lines.slice(-keptLines).map((line) => (line.text.length > maxLineLength ? { ...line, text: line.text.slice(0, maxLineLength) } : line)),
    );
    if (this.#lines.length > 2 * keptLines) this.#lines = this.#lines.slice(-keptLines);
  }
}

/** What stands on the screen after a line with carriage returns. */
function visiblePart(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}
