import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { corruptError, type CompressedFile, type CompressedSource } from '../../core/stream/index.ts';
import { SysError } from './error.ts';
import { Feeder, ifReady } from './feeder.ts';
import { pause, pipeBytes, readBytes, startIgzip } from './igzip-process.ts';
import { openPipe, openPipes } from './pipe.ts';

/** See Codec.decompress. */
export async function* gunzip(program: string, source: CompressedSource, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
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
      return { ...startIgzip(program, ['-d', '-c'], [file, writeFd, 'pipe']), output: readPipe(readFd) };
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
  const { toProgram: input, fromProgram: output } = openPipes(pipeBytes);
  let feeder: Feeder | undefined;
  try {
    feeder = new Feeder(path, size, input.writeFd);
    return { ...startIgzip(program, ['-d', '-c'], [input.readFd, output.writeFd, 'pipe']), output: feedAndRead(feeder, output.readFd) };
  } catch (error) {
    if (feeder === undefined) closeSync(input.writeFd);
    else feeder[Symbol.dispose]();
    closeSync(output.readFd);
    throw error;
  } finally {
    for (const fd of [input.readFd, output.writeFd]) closeSync(fd);
  }
}

async function* feedAndRead(feeder: Feeder, output: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  try {
    for (let reads = 1; ; reads++) {
      const fed = feeder.feed();
      const got = ifReady(() => readSync(output, buffer));
      if (got === 0) return;
      if (typeof got === 'number') yield buffer.subarray(0, got);
      if (got === undefined && !fed) await pause();
      else if (reads % restEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    feeder[Symbol.dispose]();
    closeSync(output);
  }
}

function gunzipStream(program: string, source: AsyncIterable<Uint8Array>): Gunzip {
  const { child, exited } = startIgzip(program, ['-d', '-c'], ['pipe', 'pipe', 'pipe']);
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
