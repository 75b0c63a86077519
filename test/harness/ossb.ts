import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { CommandOptions, CommandResult } from './command.ts';

export const repositoryFolder = join(import.meta.dirname, '../..');

/** The command as a user has it. */
export const ossbProgram = join(repositoryFolder, 'bin/ossb');

export function ossb(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runCommand([ossbProgram, ...args], options);
}
