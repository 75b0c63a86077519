/** The program. Importing this file runs it. */
import { processConsole } from './console.ts';
import { loadEngine } from './engine.ts';
import { runCommand } from './run-command.ts';

void runCommand(process.argv.slice(2), processConsole(), loadEngine).then((exitCode) => process.exit(exitCode));
