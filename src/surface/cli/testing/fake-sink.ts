import type { Sink } from '../console.ts';

/** A sink that keeps what is written; its terminal has the size that is set. */
export class FakeSink implements Sink {
  text = '';
  width = 80;
  height = 24;
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  #listeners = new Set<() => void>();

  constructor(options: { readonly isTerminal?: boolean; readonly hasColors?: boolean } = {}) {
    this.isTerminal = options.isTerminal ?? false;
    this.hasColors = options.hasColors ?? false;
  }

  write(text: string): void {
    this.text += text;
  }

  columns(): number {
    return this.width;
  }

  rows(): number {
    return this.height;
  }

  onResize(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    for (const listener of this.#listeners) listener();
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.text;
    this.text = '';
    return text;
  }
}
