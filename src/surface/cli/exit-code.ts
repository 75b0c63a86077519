import { BuildError, BuildErrors } from '../../core/errors.ts';
import { UsageError } from './usage-error.ts';

/** What the process ends with. Signals that stop a command give 128 and their number, so 130 for Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, usage: 2, tryAgain: 75, interrupted: 130 } as const;

export function exitCodeOf(error: unknown): number {
  const all = error instanceof BuildErrors ? error.errors : [error];
  if (all.every((one) => one instanceof UsageError)) return exitCodes.usage;
  if (all.every((one) => one instanceof BuildError && one.retryable)) return exitCodes.tryAgain;
  return exitCodes.failed;
}
