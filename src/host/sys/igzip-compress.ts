import type { ChildProcess } from 'node:child_process';
import { closeSync, readSync, writeSync } from 'node:fs';
import type { ByteSink, Compressor } from '../../core/stream/index.ts';
import { SysError } from './error.ts';
import { ifReady } from './feeder.ts';
import { pause, pipeBytes, readBytes, startIgzip } from './igzip-process.ts';
import { openPipes } from './pipe.ts';

/**
 * A compression by igzip, through two pipes at whose ends nothing here ever waits: what is written goes into the one as far as it takes it, and what is ready comes
 * out of the other meanwhile. So both processes have work at any time, and a write that finds room costs no turn of the event loop.
 */
export class IgzipCompressor implements Compressor {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #sink: ByteSink;
  readonly #input: number;
  readonly #output: number;
  /** Of the two, what is not closed. */
  readonly #open: Set<number>;
  readonly #buffer = Buffer.allocUnsafeSlow(readBytes);
  #tail: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #first = true;
  #ended = false;

  constructor(program: string, level: number, sink: ByteSink) {
    const { toProgram: input, fromProgram: output } = openPipes(pipeBytes);
    this.#sink = sink;
    [this.#input, this.#output] = [input.writeFd, output.readFd];
    this.#open = new Set([this.#input, this.#output]);
    try {
      const { child, exited } = startIgzip(program, [`-${level}`, '-n', '-c'], [input.readFd, output.writeFd, 'pipe']);
      [this.#child, this.#exited] = [child, exited];
    } catch (error) {
      this.#close();
      throw error;
    } finally {
      for (const fd of [input.readFd, output.writeFd]) closeSync(fd);
    }
    this.#exited.catch((error: unknown) => this.#fail(error));
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#throwFailure();
    if (this.#tail !== undefined) return this.#queue(this.#tail.then(() => this.#writeAll(chunk)));
    try {
      const rest = chunk.subarray(this.#feed(chunk));
      const drained = this.#drain();
      if (rest.length > 0 || typeof drained !== 'boolean') return this.#queue(this.#writeAll(rest, drained));
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async end(): Promise<void> {
    try {
      await this.#tail;
      this.#throwFailure();
      this.#close(this.#input);
      while (!this.#ended) {
        if (!(await this.#drain())) await pause();
        this.#throwFailure();
      }
      await this.#exited;
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.#close();
    }
  }

  abort(): void {
    this.#fail(new Error('the compression was given up'));
  }

  #queue(work: Promise<void>): Promise<void> {
    this.#tail = work;
    work.then(
      () => {
        if (this.#tail === work) this.#tail = undefined;
      },
      (error: unknown) => this.#fail(error),
    );
    return work;
  }

  async #writeAll(chunk: Uint8Array, drained: boolean | Promise<boolean> = false): Promise<void> {
    await drained;
    for (let rest = chunk; rest.length > 0;) {
      this.#throwFailure();
      const fed = this.#feed(rest);
      rest = rest.subarray(fed);
      if (await this.#drain()) continue;
      if (this.#ended) await this.#refused();
      if (fed === 0) await pause();
    }
  }

  /** The program ended with input left, whatever it says of that. */
  async #refused(): Promise<never> {
    await this.#exited;
    throw new SysError('PROGRAM_FAILED', 'Cannot go on: igzip ended before it had all that it was to compress');
  }

  /** How many bytes of the chunk there was room for. */
  #feed(chunk: Uint8Array): number {
    const fed = chunk.length === 0 ? 0 : ifReady(() => writeSync(this.#input, chunk));
    return typeof fed === 'number' ? fed : 0;
  }

  /** Hands on what is ready. Whether there was anything; a promise where the sink wants to be waited for. */
  #drain(): boolean | Promise<boolean> {
    for (let any = false; ; any = true) {
      const got = this.#open.has(this.#output) ? ifReady(() => readSync(this.#output, this.#buffer)) : undefined;
      if (got === 0) this.#ended = true;
      if (typeof got !== 'number' || got === 0) return any;
      const waiting = this.#sink(this.#take(got));
      if (waiting) return waiting.then(() => true);
    }
  }

  #take(length: number): Buffer {
    const chunk = Buffer.from(this.#buffer.subarray(0, length));
    // igzip writes the current time into the header of what comes from a pipe.
    if (this.#first) chunk.fill(0, 4, 8);
    this.#first = false;
    return chunk;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error as Error;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#close();
    this.#child.kill('SIGKILL');
  }

  #close(...fds: readonly number[]): void {
    for (const fd of fds.length === 0 ? [...this.#open] : fds) if (this.#open.delete(fd)) closeSync(fd);
  }
}
