/** The program. Importing this file runs it. */
import { processConsole } from './console.ts';
import { loadEngine } from './engine.ts';
import { runCommand } from './run-command.ts';

// What nobody awaits. Node would print the line of the source, which in the bundle has thousands of characters.
process.on('uncaughtException', (error) => {
  void import('./failure.ts').then(({ reportFailure }) => {
    process.exit(reportFailure(processConsole().stderr, error, { debug: process.argv.includes('--debug') || process.argv.includes('-D') }));
  });
});

void runCommand(process.argv.slice(2), processConsole(), loadEngine).then((exitCode) => process.exit(exitCode));
