import type { Console } from './console.ts';
import type { LoadEngine } from './engine.ts';
import { nearestName } from './flags/nearest-name.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { usageError } from './usage-error.ts';
import { version } from './version.ts';

type Command = (argv: readonly string[], console: Console, loadEngine: LoadEngine) => Promise<number>;

/** Runs one command line and gives the exit code. Each command is loaded when it is called. */
export async function runCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === '--version' || name === '-v' || name === 'version') {
      console.stdout.write(`ossb ${version}\n`);
      return exitCodes.done;
    }
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      const { helpText } = await import('./help/help-text.ts');
      const sink = name === undefined ? console.stderr : console.stdout;
      sink.write(helpText(rest[0]));
      return name === undefined ? exitCodes.usage : exitCodes.done;
    }
    const command = await findCommand(name);
    if (command !== undefined) return await command(rest, console, loadEngine);
    const meant = nearestName(name, ['build', 'check', 'doctor', 'images', 'du', 'prune', 'help', 'version']);
    const hint = meant === undefined ? "See 'ossb --help'." : `Did you mean ${meant}? See 'ossb --help'.`;
    throw name.startsWith('-')
      ? usageError(
          'FLAG_UNKNOWN',
          `Cannot use ${name}: before the command there are only --help and --version`,
          'Write flags after the command: ossb build --help.',
        )
      : usageError('COMMAND_UNKNOWN', `Cannot run ${JSON.stringify(name)}: there is no such command`, hint);
  } catch (error) {
    const { writeFailure } = await import('./failure.ts');
    writeFailure(console.stderr, error, { debug: rest.includes('--debug') || rest.includes('-D') });
    return exitCodeOf(error);
  }
}

async function findCommand(name: string): Promise<Command | undefined> {
  switch (name) {
    case 'build':
      return (await import('./commands/build.ts')).buildCommand;
    case 'check':
      return (await import('./commands/check.ts')).checkCommand;
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctorCommand;
    case 'images':
      return (await import('./commands/images.ts')).imagesCommand;
    case 'du':
      return (await import('./commands/du.ts')).duCommand;
    case 'prune':
      return (await import('./commands/prune.ts')).pruneCommand;
    default:
      return undefined;
  }
}
