import { BuildError, BuildErrors } from '../errors.ts';

/** What `--progress rawjson` says of a failure, in the last line. */
export function failureJSON(error: unknown, exitCode: number): Record<string, unknown> {
  if (error instanceof BuildErrors) return { ...oneError(error), exitCode, errors: error.errors.map(oneError) };
  return { ...oneError(error), exitCode };
}

function oneError(error: unknown): Record<string, unknown> {
  if (!(error instanceof BuildError))
    return { code: 'INTERNAL', family: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const { code, family, message, hint, location, retryable } = error;
  return {
    code,
    family,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(location === undefined ? {} : { location: { file: location.file, startLine: location.startLine, endLine: location.endLine } }),
    retryable,
  };
}
