import { execFileSync, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../scripts/local/free-port.ts';

export interface GitDaemon {
  /** git://127.0.0.1:PORT */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the repositories below a folder over git's own protocol. */
export async function startGitDaemon(folder: string): Promise<GitDaemon> {
  const port = await freePort();
  const program = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-daemon');
  const args = ['--export-all', `--base-path=${folder}`, '--listen=127.0.0.1', `--port=${port}`, '--reuseaddr', folder];
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let failure: unknown;
  child.once('error', (error) => (failure = error));
  const deadline = Date.now() + 15_000;
  while (!(await answers(port))) {
    if (failure !== undefined || child.exitCode !== null) throw new Error(`git daemon ended with ${child.exitCode}`, { cause: failure });
    if (Date.now() > deadline) throw new Error('git daemon does not answer');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    url: `git://127.0.0.1:${port}`,
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve((socket.destroy(), true)));
    socket.once('error', () => resolve(false));
  });
}
