import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Compression } from '../oci/index.ts';
import { corruptError, type ByteSink, type Codec, type CompressedFile, type CompressedSource, type Compressor } from '../stream/index.ts';
import { SysError } from './error.ts';
import { Feeder, ifReady } from './feeder.ts';
import { dontBlock, openPipe } from './pipe.ts';
import { findProgram } from './program.ts';

export interface IgzipOptions {
  /** The program's path; undefined: there is none. Default: looked for on the PATH of the environment. */
  readonly program?: string | undefined;
}

/** igzip's fastest level: it compresses about as well as zlib's 1 to 3. */
const defaultLevel = 1;

/**
 * A codec that has gzip done by ISA-L's `igzip` (Debian package isal), some four times as fast as zlib, in a process of its own. Looks for it once. Without it, for
 * other kinds and for levels above 3 the work goes to `fallback`. No name and no time in the output.
 */
export function igzipCodec(fallback: Codec, options: IgzipOptions = {}): Codec {
  const program = 'program' in options ? options.program : findProgram('igzip', process.env['PATH']);
  if (program === undefined) return fallback;
  return {
    name: 'igzip',
    compress(kind, level, sink) {
      if (kind !== 'gzip' || (level !== undefined && (level < 1 || level > 3))) return fallback.compress(kind, level, sink);
      return new IgzipCompressor(program, level ?? defaultLevel, sink);
    },
    decompress(kind: Compression, source: CompressedSource, signal?: AbortSignal) {
      return kind === 'gzip' ? gunzip(program, source, signal) : fallback.decompress(kind, source, signal);
    },
  };
}

class IgzipCompressor implements Compressor {
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #done: Promise<void>;
  #failure: unknown;
  #first = true;

  constructor(program: string, level: number, sink: ByteSink) {
    const { child, exited } = start(program, [`-${level}`, '-n', '-c'], ['pipe', 'pipe', 'pipe']);
    this.#child = child;
    this.#stdin = child.stdin!;
    // Its failures come out of the exit.
    this.#stdin.on('error', () => undefined);
    this.#done = Promise.all([this.#drain(child.stdout!, sink), exited]).then(() => undefined);
    this.#done.catch((error: unknown) => {
      this.#failure ??= error;
      this.abort();
    });
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const refused = await new Promise<unknown>((resolve) => this.#stdin.write(chunk, resolve));
    if (refused) await this.#done.then(() => Promise.reject(refused as Error));
  }

  async end(): Promise<void> {
    this.#stdin.end();
    await this.#done;
  }

  abort(): void {
    this.#stdin.destroy();
    this.#child.kill('SIGKILL');
  }

  async #drain(stdout: Readable, sink: ByteSink): Promise<void> {
    try {
      for await (const chunk of stdout as AsyncIterable<Buffer>) {
        const waiting = sink(this.#first ? this.#withoutTime(chunk) : chunk);
        if (waiting) await waiting;
      }
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  /** igzip writes the current time into the header of what comes from a pipe. */
  #withoutTime(chunk: Buffer): Buffer {
    this.#first = false;
    return chunk.fill(0, 4, 8);
  }
}

async function* gunzip(program: string, source: CompressedSource, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const running = 'path' in source ? gunzipFile(program, source) : gunzipStream(program, source);
  const stop = (): void => void running.child.kill('SIGKILL');
  signal?.addEventListener('abort', stop);
  try {
    for await (const chunk of running.output) {
      signal?.throwIfAborted();
      yield chunk;
    }
    // A failing source cuts the input short: its own error says more.
    await running.feeding;
    await running.exited.catch((error: unknown) => {
      signal?.throwIfAborted();
      throw corruptError('gzip', error instanceof SysError ? 'it is cut short or altered' : (error as Error).message, error);
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    // Leaves no process behind.
    await running.exited.catch(() => undefined);
  }
}

interface Gunzip {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  readonly output: AsyncIterable<Uint8Array>;
  readonly feeding?: Promise<void>;
}

/** igzip reads the file by itself, and what it writes is read with blocking calls into one buffer: half the work of a stream, and no garbage. */
function gunzipFile(program: string, { path, growsTo }: CompressedFile): Gunzip {
  if (growsTo !== undefined) return gunzipGrowing(program, path, growsTo);
  const file = openSync(path, 'r');
  try {
    const { readFd, writeFd } = openPipe(pipeBytes);
    try {
      return { ...start(program, ['-d', '-c'], [file, writeFd, 'pipe']), output: readPipe(readFd) };
    } catch (error) {
      closeSync(readFd);
      throw error;
    } finally {
      closeSync(writeFd);
    }
  } finally {
    closeSync(file);
  }
}

const pipeBytes = 1 << 20;
const readBytes = 256 << 10;
/** Reads between looks at what else the thread has to do, an abort for instance. */
const restEvery = 8;

async function* readPipe(fd: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  try {
    for (let reads = 1; ; reads++) {
      // Ends when the process has, however it did: the only other holder of the writing end.
      const got = readSync(fd, buffer);
      if (got === 0) return;
      yield buffer.subarray(0, got);
      if (reads % restEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(fd);
  }
}

/** What there is of the file is fed to igzip between reads of what it writes, neither of which waits: here too the bytes pass no stream. */
function gunzipGrowing(program: string, path: string, size: number): Gunzip {
  const [input, output] = [openPipe(pipeBytes), openPipe(pipeBytes)];
  let feeder: Feeder | undefined;
  try {
    feeder = new Feeder(path, size, input.writeFd);
    dontBlock(output.readFd);
    return { ...start(program, ['-d', '-c'], [input.readFd, output.writeFd, 'pipe']), output: feedAndRead(feeder, output.readFd) };
  } catch (error) {
    if (feeder === undefined) closeSync(input.writeFd);
    else feeder[Symbol.dispose]();
    closeSync(output.readFd);
    throw error;
  } finally {
    for (const fd of [input.readFd, output.writeFd]) closeSync(fd);
  }
}

/** Between looks at a file that has no more yet and a pipe that neither takes nor gives. */
const pauseMs = 2;

async function* feedAndRead(feeder: Feeder, output: number): AsyncGenerator<Uint8Array> {
  const { setTimeout } = process.getBuiltinModule('node:timers/promises');
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  try {
    for (let reads = 1; ; reads++) {
      const fed = feeder.feed();
      const got = ifReady(() => readSync(output, buffer));
      if (got === 0) return;
      if (got !== undefined) yield buffer.subarray(0, got);
      if (got === undefined && !fed) await setTimeout(pauseMs);
      else if (reads % restEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    feeder[Symbol.dispose]();
    closeSync(output);
  }
}

function gunzipStream(program: string, source: AsyncIterable<Uint8Array>): Gunzip {
  const { child, exited } = start(program, ['-d', '-c'], ['pipe', 'pipe', 'pipe']);
  const feeding = feed(source, child.stdin!);
  feeding.catch(() => undefined);
  return { child, exited, output: child.stdout as AsyncIterable<Buffer>, feeding };
}

async function feed(source: AsyncIterable<Uint8Array>, stdin: Writable): Promise<void> {
  try {
    stdin.on('error', () => undefined);
    for await (const chunk of source) {
      if (stdin.destroyed) return;
      if (!stdin.write(chunk)) await new Promise<void>((resolve) => stdin.once('drain', resolve).once('close', resolve));
    }
  } finally {
    stdin.end();
  }
}

/** Starts igzip. `exited` rejects with what it said where it failed. */
function start(program: string, args: readonly string[], stdio: ('pipe' | number)[]): { child: ChildProcess; exited: Promise<void> } {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(program, args, { stdio, env: { LC_ALL: 'C' } });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-500)));
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new SysError('PROGRAM_FAILED', `Cannot start ${program}: ${error.message}`, { cause: error })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new SysError('PROGRAM_FAILED', `Cannot go on: ${program} ended with ${signal ?? `exit code ${code}`}: ${said.trim()}`));
    });
  });
  exited.catch(() => undefined);
  return { child, exited };
}
