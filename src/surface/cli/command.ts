import type { Console } from './console.ts';
import type { LoadEngine } from './engine.ts';

/** A subcommand: gives the exit code. */
export type Command = (argv: readonly string[], console: Console, loadEngine: LoadEngine) => Promise<number>;
