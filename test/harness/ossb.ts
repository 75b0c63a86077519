import { join } from 'node:path';
import { processConsole } from '../../src/surface/cli/console.ts';
import type { Sink } from '../../src/surface/cli/console.ts';
import { loadEngine } from '../../src/surface/cli/engine.ts';
import { runCommand as runHere } from '../../src/surface/cli/run-command.ts';
import { runCommand } from './command.ts';
import type { CommandOptions, CommandResult } from './command.ts';

export const repositoryFolder = join(import.meta.dirname, '../..');

/** The command: from its sources, or the bundle that OSSB_PROGRAM names, as scripts/test has it. */
export const ossbProgram = process.env['OSSB_PROGRAM'] ?? join(repositoryFolder, 'bin/ossb');

export function ossb(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runCommand([ossbProgram, ...args], options);
}

/** The same in this process and from the sources, which saves the start of a program: for commands that read a Dockerfile and run nothing. */
export async function ossbHere(args: readonly string[]): Promise<CommandResult> {
  const started = performance.now();
  const printed = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof printed): Sink => ({
    isTerminal: false,
    hasColors: false,
    write: (text) => {
      printed[name] += text;
    },
    columns: () => 80,
    rows: () => 24,
    onResize: () => () => {},
  });
  const exitCode = await runHere(args, { ...processConsole(), stdout: sink('stdout'), stderr: sink('stderr') }, loadEngine);
  return { exitCode, signal: null, ...printed, timeMs: performance.now() - started };
}
