/** The program. Importing this file runs it. */
import { processConsole } from './console.ts';
import { loadEngine } from './engine.ts';
import { runCommand } from './run-command.ts';

process.exit(await runCommand(process.argv.slice(2), processConsole(), loadEngine));
