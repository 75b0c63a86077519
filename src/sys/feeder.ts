import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { dontBlock } from './pipe.ts';

const bufferBytes = 256 << 10;

/** Passes a file that another process still writes into a pipe, until it has had `size` bytes. Never waits: for the file to grow as little as for the pipe to take more. */
export class Feeder implements Disposable {
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #pipe: number | undefined;
  #unread: number;
  #pending = this.#buffer.subarray(0, 0);

  /** Takes the writing end of the pipe over. */
  constructor(path: string, size: number, pipe: number) {
    this.#file = openSync(path, 'r');
    this.#unread = size;
    this.#pipe = pipe;
    dontBlock(pipe);
  }

  /** Whether there was anything to pass on, and room for it. Closes the pipe after the last byte, and where nobody reads any more. */
  feed(): boolean {
    if (this.#pipe === undefined) return false;
    if (this.#pending.length === 0 && this.#unread > 0) {
      const got = readSync(this.#file, this.#buffer);
      this.#unread -= got;
      this.#pending = this.#buffer.subarray(0, got);
    }
    const pipe = this.#pipe;
    const fed = this.#pending.length === 0 ? 0 : ifReady(() => writeSync(pipe, this.#pending));
    if (fed !== undefined) this.#pending = this.#pending.subarray(fed);
    if (this.#unread <= 0 && this.#pending.length === 0) this.#closePipe();
    return fed !== undefined && fed > 0;
  }

  [Symbol.dispose](): void {
    this.#closePipe();
    closeSync(this.#file);
  }

  #closePipe(): void {
    if (this.#pipe !== undefined) closeSync(this.#pipe);
    this.#pipe = undefined;
  }
}

/** Undefined where the call would have to wait. Whoever reads from a broken pipe no more says by itself why. */
export function ifReady(call: () => number): number | undefined {
  try {
    return call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EPIPE') return undefined;
    throw error;
  }
}
