export { runCommand } from './run-command.ts';
export { processConsole, type Console, type Sink } from './console.ts';
export { loadEngine, type LoadEngine } from './engine.ts';
export { exitCodes, exitCodeOf } from './exit-code.ts';
export { UsageError } from './usage-error.ts';
export { parseFileSettings, readFileSettings, type FileSettings } from './settings.ts';
export { harmlessText } from './progress/harmless-text.ts';
export { sourceExcerpt } from './source-excerpt.ts';
