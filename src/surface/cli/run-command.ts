import type { Console } from './console.ts';
import type { LoadEngine } from './engine.ts';
import { version } from '../../core/version.ts';

/** Runs one command line and gives the exit code. What a command needs is loaded when it is called: each file costs its part of a millisecond. */
export async function runCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === '--version' || name === '-v' || name === 'version') {
      console.stdout.write(`ossb ${version}\n`);
      return 0;
    }
    const command = name === 'build' ? (await import('./commands/build.ts')).buildCommand : (await import('./commands/other-commands.ts')).findCommand(name);
    return await command(rest, console, loadEngine);
  } catch (error) {
    const { reportFailure } = await import('./failure.ts');
    return reportFailure(console.stderr, error, { debug: rest.includes('--debug') || rest.includes('-D') });
  }
}
