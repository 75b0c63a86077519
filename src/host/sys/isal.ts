import { createRequire } from 'node:module';
import type Koffi from 'koffi';
import type { DeflateBlock } from '../../core/stream/index.ts';
import { SysError } from './error.ts';

/** Debian's libisal2, which `isal` brings along. Other versions may lay out the structure otherwise. */
const libraryName = 'libisal.so.2';

/** `struct isal_zstream` of igzip_lib.h, as far as it is used here; behind it lies what the library keeps, less than this in all. */
const streamBytes = 256 << 10;
const at = { nextIn: 0, availIn: 8, nextOut: 16, availOut: 24, totalOut: 28, level: 40, levelBufferSize: 44, levelBuffer: 48, endOfStream: 56, flush: 58 };
const fullFlush = 2;
/** ISAL_DEF_LVL1_DEFAULT and its brothers; at level 1 a larger one is slower. */
const levelBufferBytes: Readonly<Record<number, number>> = { 1: 320 << 10, 2: 1 << 20, 3: 1 << 20 };

/** The parts of ISA-L that compress, called on libuv's thread pool. */
export class Isal {
  readonly #koffi: typeof Koffi;
  readonly #init: (stream: Buffer) => void;
  readonly #deflate: { async(stream: Buffer, done: (error: Error | null, status: number) => void): void };
  /** Structures that no call is using, by level. */
  readonly #idle = new Map<number, Workspace[]>();

  /** Errors: whatever koffi throws where the library is not there. */
  private constructor(koffi: typeof Koffi) {
    this.#koffi = koffi;
    const library = koffi.load(libraryName);
    this.#init = library.func('void isal_deflate_stateless_init(void *stream)') as never;
    this.#deflate = library.func('int isal_deflate_stateless(void *stream)') as never;
  }

  /** Undefined where the library is not installed, or is of another version. */
  static load(): Isal | undefined {
    try {
      return new Isal(createRequire(import.meta.url)('koffi') as typeof Koffi);
    } catch {
      return undefined;
    }
  }

  /** Deflates blocks, each by itself: level 1 to 3. Errors: PROGRAM_FAILED, which no input causes. */
  deflater(level: number): DeflateBlock {
    return async (block, _window, isLast) => {
      const workspace = this.#idle.get(level)?.pop() ?? { stream: Buffer.alloc(streamBytes), levelBuffer: Buffer.alloc(levelBufferBytes[level]!) };
      const output = Buffer.allocUnsafeSlow(maxDeflatedBytes(block.length));
      const { stream, levelBuffer } = workspace;
      this.#init(stream);
      stream.writeBigUInt64LE(this.#koffi.address(block), at.nextIn);
      stream.writeUInt32LE(block.length, at.availIn);
      stream.writeBigUInt64LE(this.#koffi.address(output), at.nextOut);
      stream.writeUInt32LE(output.length, at.availOut);
      stream.writeUInt32LE(level, at.level);
      stream.writeUInt32LE(levelBuffer.length, at.levelBufferSize);
      stream.writeBigUInt64LE(this.#koffi.address(levelBuffer), at.levelBuffer);
      stream.writeUInt16LE(isLast ? 1 : 0, at.endOfStream);
      stream.writeUInt16LE(isLast ? 0 : fullFlush, at.flush);
      const status = await new Promise<number>((resolve, reject) => {
        this.#deflate.async(stream, (error, value) => (error ? reject(error) : resolve(value)));
      });
      const left = stream.readUInt32LE(at.availIn);
      if (status !== 0 || left > 0) throw new SysError('PROGRAM_FAILED', `Cannot compress: ${libraryName} returned ${status} with ${left} bytes left`);
      const idle = this.#idle.get(level) ?? [];
      this.#idle.set(level, [...idle, workspace]);
      // The rest of the output is memory that nothing was written to.
      return Buffer.from(output.subarray(0, stream.readUInt32LE(at.totalOut)));
    };
  }
}

interface Workspace {
  readonly stream: Buffer;
  readonly levelBuffer: Buffer;
}

/** What does not compress is stored in pieces of at most 65535 bytes with five bytes each; the rest is for headers and flush marks. */
function maxDeflatedBytes(size: number): number {
  return size + Math.ceil(size / 16384) * 5 + 1024;
}
