import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { CommandOptions, CommandResult } from './command.ts';

export const repositoryFolder = join(import.meta.dirname, '../..');

/** The command: from its sources, or the bundle that OSSB_PROGRAM names, as scripts/test has it. */
export const ossbProgram = process.env['OSSB_PROGRAM'] ?? join(repositoryFolder, 'bin/ossb');

export function ossb(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runCommand([ossbProgram, ...args], options);
}
