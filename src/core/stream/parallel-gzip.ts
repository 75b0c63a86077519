import type { ByteSink, Compressor } from './codec.ts';

export interface ParallelGzipOptions {
  readonly deflate: DeflateBlock;
  /** Input bytes per block; part of what decides the output. Default 512 KiB. */
  readonly blockBytes?: number;
  /** Blocks compressed at once, on libuv's thread pool. No influence on the output. Default 4. */
  readonly concurrency?: number;
}

/**
 * Deflates a block without header and trailer (RFC 1951). All but the last end on a byte boundary and are followed by more. `window`: the bytes before the block, at
 * most 32 KiB, which it may refer to; absent for the first. The block is not changed until the promise settles.
 */
export type DeflateBlock = (block: Buffer, window: Buffer | undefined, isLast: boolean) => Promise<Buffer>;

/**
 * gzip (RFC 1952) in blocks that are compressed side by side, as pigz does: each block is deflated by itself and ends on a byte boundary, so
 * that the parts put together are one deflate stream. No name and no time in the header.
 */
export function parallelGzip(options: ParallelGzipOptions, sink: ByteSink): Compressor {
  return new ParallelGzip(options, sink);
}

const windowBytes = 32 << 10;
/** RFC 1952 2.3: deflate, no flags, no time, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

class ParallelGzip implements Compressor {
  readonly #zlib = process.getBuiltinModule('node:zlib');
  readonly #deflate: DeflateBlock;
  readonly #blockBytes: number;
  readonly #concurrency: number;
  readonly #sink: ByteSink;
  /** Writes of the output, in order. */
  #tail: Promise<void>;
  readonly #running: Promise<unknown>[] = [];
  #block: Buffer;
  #filled = 0;
  #window: Buffer | undefined;
  #crc = 0;
  #size = 0;
  #aborted = false;

  constructor(options: ParallelGzipOptions, sink: ByteSink) {
    this.#deflate = options.deflate;
    this.#blockBytes = options.blockBytes ?? 512 << 10;
    this.#concurrency = options.concurrency ?? 4;
    this.#sink = sink;
    this.#block = Buffer.allocUnsafeSlow(this.#blockBytes);
    this.#tail = Promise.resolve(sink(header));
    this.#tail.catch(ignore);
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#crc = this.#zlib.crc32(chunk, this.#crc);
    this.#size += chunk.byteLength;
    for (let at = 0; at < chunk.byteLength;) {
      const take = Math.min(chunk.byteLength - at, this.#blockBytes - this.#filled);
      this.#block.set(chunk.subarray(at, at + take), this.#filled);
      this.#filled += take;
      at += take;
      // The last block is not sent before `end`, which marks it as last.
      if (this.#filled === this.#blockBytes && at < chunk.byteLength) this.#send(false);
    }
    if (this.#running.length >= this.#concurrency) return this.#room();
    return undefined;
  }

  async end(): Promise<void> {
    this.#send(true);
    await this.#tail;
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    await this.#sink(trailer);
  }

  abort(): void {
    this.#aborted = true;
  }

  async #room(): Promise<void> {
    while (this.#running.length >= this.#concurrency) await this.#running[0];
  }

  #send(last: boolean): void {
    const block = this.#block.subarray(0, this.#filled);
    const deflated = this.#deflate(block, this.#window, last);
    this.#window = Buffer.from(block.subarray(-windowBytes));
    this.#block = last ? block : Buffer.allocUnsafeSlow(this.#blockBytes);
    this.#filled = 0;
    this.#tail = this.#tail.then(async () => {
      const bytes = await deflated;
      if (!this.#aborted) await this.#sink(bytes);
    });
    const done = this.#tail.finally(() => this.#running.splice(this.#running.indexOf(done), 1));
    done.catch(ignore);
    this.#running.push(done);
  }
}

/** Failures come out of `end`, and of `write` where it waits. */
function ignore(): void {}
