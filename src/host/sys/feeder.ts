import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const bufferBytes = 256 << 10;

/** Passes a file that another process still writes into a pipe, up to `size` bytes. Never waits: for the file to grow as little as for the pipe to take more. */
export class Feeder implements Disposable {
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #pipe: number | undefined;
  #unread: number;
  #pending = this.#buffer.subarray(0, 0);

  /** Takes over the writing end of a pipe that does not block. */
  constructor(path: string, size: number, pipe: number) {
    this.#file = openSync(path, 'r');
    this.#unread = size;
    this.#pipe = pipe;
  }

  /** Whether there was anything to pass on, and room for it. Closes the pipe after the last byte, and where nobody reads any more. */
  feed(): boolean {
    if (this.#pipe === undefined) return false;
    if (this.#pending.length === 0 && this.#unread > 0) {
      const got = readSync(this.#file, this.#buffer, 0, Math.min(bufferBytes, this.#unread), null);
      this.#unread -= got;
      this.#pending = this.#buffer.subarray(0, got);
    }
    const pipe = this.#pipe;
    const fed = this.#pending.length === 0 ? 0 : ifReady(() => writeSync(pipe, this.#pending));
    if (fed === 'broken') this.#closePipe();
    if (typeof fed !== 'number') return false;
    this.#pending = this.#pending.subarray(fed);
    if (this.#unread === 0 && this.#pending.length === 0) this.#closePipe();
    return fed > 0;
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

/** What a read or write gives: how many bytes, undefined where it would have to wait, or that nobody reads the pipe any more. */
export function ifReady(call: () => number): number | undefined | 'broken' {
  try {
    return call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return undefined;
    if (code === 'EPIPE') return 'broken';
    throw error;
  }
}
