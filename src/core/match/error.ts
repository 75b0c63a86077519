import { BuildError } from '../errors.ts';

export type MatchErrorCode =
  /** A path pattern has a `[` without its `]`, ends in a backslash, or is a lone `!`. Correct the pattern in the ignore file, `--exclude`, or the source of the COPY. */
  'BAD_PATTERN';

export class MatchError extends BuildError<MatchErrorCode> {}

export function badPattern(pattern: string, found: string, hint: string): MatchError {
  return new MatchError('BAD_PATTERN', `Cannot use pattern ${JSON.stringify(pattern)}: ${found}`, { family: 'validation', hint });
}
