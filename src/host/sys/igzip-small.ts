import type { ByteSink, Compressor } from '../../core/stream/index.ts';

/** To start igzip takes longer than to compress this here. */
const smallBytes = 128 << 10;

/** Has what is small compressed by zlib in this process, all else by what `startLarge` starts. Which of them it is depends on the size alone, so that the same input gives the same bytes. */
export class SmallCompressor implements Compressor {
  readonly #level: number;
  readonly #sink: ByteSink;
  readonly #startLarge: () => Compressor;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #large: Compressor | undefined;

  constructor(level: number, sink: ByteSink, startLarge: () => Compressor) {
    this.#level = level;
    this.#sink = sink;
    this.#startLarge = startLarge;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#large !== undefined) return this.#large.write(chunk);
    if (this.#heldBytes + chunk.length <= smallBytes) {
      this.#held.push(Buffer.from(chunk));
      this.#heldBytes += chunk.length;
      return;
    }
    this.#large = this.#startLarge();
    const held = this.#large.write(this.#takeHeld());
    // Writes are taken in order: this one is done last.
    return this.#large.write(chunk) ?? held;
  }

  async end(): Promise<void> {
    if (this.#large !== undefined) return this.#large.end();
    const { gzipSync } = process.getBuiltinModule('node:zlib');
    await this.#sink(gzipSync(this.#takeHeld(), { level: this.#level }));
  }

  abort(): void {
    this.#takeHeld();
    this.#large?.abort();
  }

  #takeHeld(): Buffer {
    const held = Buffer.concat(this.#held);
    this.#held = [];
    return held;
  }
}
