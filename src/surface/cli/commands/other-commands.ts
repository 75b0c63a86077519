import type { Console } from '../console.ts';
import { exitCodes } from '../exit-code.ts';
import { nearestWord } from '../../../core/match/index.ts';
import { helpText } from '../help/help-text.ts';
import type { Command } from '../command.ts';
import { usageError } from '../usage-error.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { duCommand } from './du.ts';
import { imagesCommand } from './images.ts';
import { pruneCommand } from './prune.ts';

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['check', checkCommand],
  ['doctor', doctorCommand],
  ['images', imagesCommand],
  ['du', duCommand],
  ['prune', pruneCommand],
  ['help', helpCommand],
  ['--help', helpCommand],
  ['-h', helpCommand],
]);

/** All commands but `build`. Without a name, the help on standard error. Errors: COMMAND_UNKNOWN, FLAG_UNKNOWN. */
export function findCommand(name: string | undefined): Command {
  if (name === undefined) return nothingAsked;
  const command = commands.get(name);
  if (command !== undefined) return command;
  if (name.startsWith('-')) {
    throw usageError(
      'FLAG_UNKNOWN',
      `Cannot use ${name}: before the command there are only --help and --version`,
      'Write flags after the command: ossb build --help.',
    );
  }
  const meant = nearestWord(name, ['build', 'check', 'doctor', 'images', 'du', 'prune', 'help', 'version']);
  const hint = meant === undefined ? "See 'ossb --help'." : `Did you mean ${meant}? See 'ossb --help'.`;
  throw usageError('COMMAND_UNKNOWN', `Cannot run ${JSON.stringify(name)}: there is no such command`, hint);
}

async function helpCommand(argv: readonly string[], console: Console): Promise<number> {
  console.stdout.write(helpText(argv[0]));
  return exitCodes.done;
}

async function nothingAsked(_argv: readonly string[], console: Console): Promise<number> {
  console.stderr.write(helpText(undefined));
  return exitCodes.usage;
}
