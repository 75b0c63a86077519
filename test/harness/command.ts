import { spawn } from 'node:child_process';

export interface CommandResult {
  /** -1 where a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timeMs: number;
}

export interface CommandOptions {
  readonly input?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
  /** The command is killed, and the promise rejected, after this. Default ten minutes. */
  readonly timeoutMs?: number | undefined;
  readonly onStart?: (pid: number) => void;
}

/** Runs a command to its end and gives what it printed; a non-zero exit code is a result, not an error. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const started = performance.now();
  const timeoutMs = options.timeoutMs ?? 600_000;
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { env: options.env ?? process.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${argv.join(' ')}: still running after ${timeoutMs} ms\n${Buffer.concat(stderr).toString()}`));
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.once('error', reject);
    child.once('spawn', () => options.onStart?.(child.pid!));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const timeMs = performance.now() - started;
      resolve({ exitCode: code ?? -1, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), timeMs });
    });
  });
}

/** As runCommand, but an exit code other than 0 is an error that shows what was printed. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await runCommand(argv, options);
  if (result.exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${result.exitCode}\n${result.stdout}${result.stderr}`);
  return result;
}
