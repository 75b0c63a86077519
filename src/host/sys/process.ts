import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { SysError } from './error.ts';

export type { ChildProcess } from 'node:child_process';

/** How a process ended. */
export interface ProcessExit {
  /** Absent where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment; default is this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default none. */
  readonly stdin?: Uint8Array | string;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
  /** Between SIGTERM and SIGKILL when aborted. Default 5000. */
  readonly graceMs?: number;
}

/**
 * Runs a program to its end; its exit code is for the caller to judge. When the signal aborts it gets SIGTERM, later SIGKILL, and the promise rejects with the
 * signal's reason once it is gone. Errors: PROGRAM_MISSING, PROGRAM_FAILED.
 */
export async function runProcess(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<ProcessExit> {
  options.signal?.throwIfAborted();
  const child = await startProcess(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', options.onStdout ? 'pipe' : 'ignore', options.onStderr ? 'pipe' : 'ignore'],
  });
  if (options.onStdout) child.stdout?.on('data', options.onStdout);
  if (options.onStderr) child.stderr?.on('data', options.onStderr);
  if (options.stdin !== undefined) {
    // A program that does not read its input closes the pipe: that is its exit code's story.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin);
  }
  const stopKiller = options.signal ? killOnAbort(child, options.signal, options.graceMs ?? 5000) : undefined;
  const exit = await processEnd(child);
  stopKiller?.();
  options.signal?.throwIfAborted();
  return exit;
}

/** Starts a program; resolves once it runs. Errors: PROGRAM_MISSING, PROGRAM_FAILED. */
export async function startProcess(command: string, args: readonly string[], options: SpawnOptions): Promise<ChildProcess> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  let child: ChildProcess;
  try {
    child = spawn(command, args, options);
  } catch (error) {
    throw startError(command, error as NodeJS.ErrnoException);
  }
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => reject(startError(command, error)));
  });
  child.on('error', () => {});
  return child;
}

/** Settles when the process ended and its pipes are read to the end. */
export async function processEnd(child: ChildProcess): Promise<ProcessExit> {
  return await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
  });
}

/** SIGTERM at the abort, SIGKILL after the grace. Returns what ends the watch. */
function killOnAbort(child: ChildProcess, signal: AbortSignal, graceMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    child.kill('SIGTERM');
    timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    // What it started may hold its pipes open; nobody reads them any more.
    child.once('exit', () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  };
}

function startError(command: string, error: NodeJS.ErrnoException): SysError {
  if (error.code === 'ENOENT') {
    return new SysError('PROGRAM_MISSING', `Cannot run ${command}: it is not installed`, { errno: error.code, family: 'execution', cause: error });
  }
  return new SysError('PROGRAM_FAILED', `Cannot run ${command}: ${error.code ?? error.message}`, { errno: error.code, family: 'execution', cause: error });
}
