import type { ChildProcess } from 'node:child_process';
import { SysError } from './error.ts';

/** Of the pipes to and from igzip. */
export const pipeBytes = 1 << 20;
/** Of one read from such a pipe. */
export const readBytes = 256 << 10;

/** Between two looks at what was not ready. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}

/** Starts igzip. `exited` rejects with what it said where it failed. */
export function startIgzip(program: string, args: readonly string[], stdio: ('pipe' | number)[]): { child: ChildProcess; exited: Promise<void> } {
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
