import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { startDirectly, type DeviceGuard, type DirectProcess, type ProcessExit } from '../../host/sys/index.ts';
import { executorError } from '../protocol/index.ts';
import type { OnOutput, StepExit } from '../protocol/index.ts';
import type { OciRuntime } from './runtime.ts';

export interface ContainerOptions {
  readonly runtime: OciRuntime;
  /** Holds config.json and rootfs. */
  readonly bundle: string;
  readonly id: string;
  readonly onOutput: OnOutput;
  readonly signal: AbortSignal;
  /** From SIGTERM to SIGKILL when aborted. */
  readonly graceMs: number;
  /** The guard that the container is to stay outside of. */
  readonly unguarded?: DeviceGuard | undefined;
}

/** How often the start of a container is looked for that is to be stopped. */
const POLL_MS = 10;
/** The end of standard error that is looked at for the runtime's own words. */
const MAX_FAILURE = 4096;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** Runs a container to its end. When aborted it rejects with the signal's reason, once nothing of the container is left. Errors: EXEC_RUNTIME. */
export async function runContainer(options: ContainerOptions): Promise<StepExit> {
  const { runtime, bundle, id, onOutput, signal } = options;
  signal.throwIfAborted();
  const [log, pidFile] = [join(bundle, 'log'), join(bundle, 'pid')];
  const args = [...runtime.args, '--log', log, '--log-format', 'json', 'run', '--bundle', bundle, '--pid-file', pidFile, id];
  const start = (): DirectProcess => startDirectly(runtime.program, args, { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' });
  const child = options.unguarded ? options.unguarded.outside(start) : start();
  let lastError = '';
  let lateFailure: string | undefined;
  let hasOutput = false;
  pipeOutput(child.stdout, (data) => {
    hasOutput = true;
    lateFailure = undefined;
    return onOutput('stdout', data);
  });
  pipeOutput(child.stderr, (data) => {
    // What comes later is a step's own.
    lateFailure = hasOutput ? undefined : executionFailure(data);
    hasOutput = true;
    if (lateFailure !== undefined) return onOutput('stderr', Buffer.from(`${lateFailure}\n`));
    lastError = (lastError + data.toString('latin1')).slice(-MAX_FAILURE);
    return onOutput('stderr', data);
  });
  let ended = false;
  const onAbort = (): void => {
    void stopContainer(child.pid, pidFile, options.graceMs, () => ended);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const exit = await child.exit;
  ended = true;
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
  return judgeExit(exit, lateFailure ?? runtimeFailure(log), lateFailure ?? lastError, options);
}

function pipeOutput(source: Readable, onData: (data: Buffer) => void | Promise<void>): void {
  source.on('data', (data: Buffer) => {
    const pause = onData(data);
    if (!pause) return;
    source.pause();
    void pause.finally(() => source.resume());
  });
}

/** SIGTERM to the container's first process, where it would notice, and SIGKILL after the grace: the kernel then kills the rest of its pid namespace. */
async function stopContainer(runtimePid: number, pidFile: string, graceMs: number, ended: () => boolean): Promise<void> {
  const pause = async (ms: number): Promise<void> => {
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  };
  let pid = readPid(pidFile);
  for (let waitedMs = 0; pid === undefined && !ended(); waitedMs += POLL_MS) {
    if (waitedMs >= graceMs) {
      kill(runtimePid, 'SIGKILL');
      return;
    }
    await pause(POLL_MS);
    pid = readPid(pidFile);
  }
  if (pid === undefined || ended()) return;
  // The first process of a pid namespace never gets a signal that it does not handle: waiting for it would be in vain.
  if (handlesTerm(pid)) {
    kill(pid, 'SIGTERM');
    for (let waitedMs = 0; waitedMs < graceMs && !ended(); waitedMs += POLL_MS) await pause(POLL_MS);
  }
  if (!ended()) kill(pid, 'SIGKILL');
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function handlesTerm(pid: number): boolean {
  try {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return ((BigInt(`0x${caught}`) >> BigInt(constants.signals.SIGTERM - 1)) & 1n) === 1n;
  } catch {
    return false;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** `failure` is what the runtime said; without it the exit code is the command's own. */
function judgeExit(exit: ProcessExit, failure: string | undefined, lastError: string, options: ContainerOptions): StepExit {
  const { runtime, onOutput } = options;
  if (exit.signal !== undefined) throw executorError('EXEC_RUNTIME', `Cannot run the step: ${runtime.name} was killed by ${exit.signal}`);
  const exitCode = exit.exitCode ?? 0;
  if (exitCode === 0) return { exitCode };
  if (failure === undefined) return exitCode > 128 ? { exitCode, ...signalName(exitCode - 128) } : { exitCode };
  const code = commandFault(failure);
  if (code === undefined) {
    throw executorError('EXEC_RUNTIME', `Cannot run the step: ${runtime.name}: ${failure}`, 'Run `ossb doctor` to see what this host allows.');
  }
  // Some versions say it there as well.
  if (!lastError.includes(Buffer.from(failure).toString('latin1'))) void onOutput('stderr', Buffer.from(`${failure}\n`));
  return code === EXIT_NOT_EXECUTABLE && /exec format error/i.test(failure) ? { exitCode: code, isForeignFormat: true } : { exitCode: code };
}

/**
 * Some versions of crun no longer have their log when the command cannot be executed, and write the same line to standard error. A step may write the like, with a
 * secret in it: only what `commandFault` knows is taken, since that becomes an exit code and never part of an error.
 */
function executionFailure(data: Buffer): string | undefined {
  const line = data.length <= MAX_FAILURE && data.subarray(0, 7).toString('latin1') === '{"msg":' ? data.toString('utf8').trim() : '';
  const failure = line.endsWith('}') && !line.includes('\n') ? lastFailure(line) : undefined;
  return failure?.startsWith('exec container process') === true && commandFault(failure) !== undefined ? failure : undefined;
}

/** The last error in the runtime's log. */
function runtimeFailure(log: string): string | undefined {
  return lastFailure(readLog(log));
}

function lastFailure(text: string): string | undefined {
  let failure: string | undefined;
  for (const line of text.split('\n').filter(Boolean)) {
    try {
      const entry = JSON.parse(line) as { level?: unknown; msg?: unknown };
      if (typeof entry.msg === 'string' && entry.level !== 'warning' && entry.level !== 'info' && entry.level !== 'debug') failure = entry.msg;
    } catch {
      failure = line;
    }
  }
  return failure;
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether the command itself cannot be executed, told as a shell would: that is the step's failure and no fault of the runtime. */
function commandFault(failure: string): number | undefined {
  if (/executable file .*not found|^open executable.*No such file|exec: ".*": (stat .*: )?(no such file or directory|executable file not found)/i.test(failure))
    return EXIT_NOT_FOUND;
  if (
    /^(open executable|exec(ve)?|executable path).*(permission denied|is a directory|exec format error)|exec: ".*": (permission denied|is a directory)|exec format error/i.test(
      failure,
    )
  ) {
    return EXIT_NOT_EXECUTABLE;
  }
  if (/^exec(ve?)?:? .*no such file|no such file or directory: .*exec/i.test(failure)) return EXIT_NOT_FOUND;
  return undefined;
}

function signalName(number: number): { signal?: string } {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? {} : { signal: name };
}
