import { BuildError, BuildErrors, type SourceLocation } from '../../core/errors.ts';
import { internalFault } from './internal-fault.ts';
import type { Warning } from './progress/step-board.ts';

/** What `--progress rawjson` says of a failure, in the last line. */
export function failureJSON(error: unknown, exitCode: number): Record<string, unknown> {
  if (error instanceof BuildErrors) return { ...oneError(error), exitCode, errors: error.errors.map(oneError) };
  return { ...oneError(error), exitCode };
}

/** What `--call check,format=json` says of a Dockerfile that is at fault: as BuildKit's frontend.lint, and all faults of it under `errors`. */
export function checkFailureJSON(error: BuildError, warnings: readonly Warning[]): Record<string, unknown> {
  const errors = error instanceof BuildErrors ? error.errors : [error];
  const faults = errors.map(({ message, location }) => ({ message, ...rangesOf(location) }));
  const { location } = error;
  const sources =
    location?.text === undefined ? [] : [{ filename: location.file, language: 'Dockerfile', data: Buffer.from(location.text).toString('base64') }];
  const found = warnings.map((warning) => ({
    ruleName: warning.rule,
    description: warning.description,
    url: warning.url,
    detail: warning.message,
    ...rangesOf(warning.location),
  }));
  return { warnings: found.length === 0 ? null : found, sources, buildError: faults[0], errors: faults };
}

function rangesOf(location: SourceLocation | undefined): Record<string, unknown> {
  return location === undefined ? {} : { location: { ranges: [{ start: { line: location.startLine }, end: { line: location.endLine } }] } };
}

function oneError(error: unknown): Record<string, unknown> {
  if (!(error instanceof BuildError)) return { code: 'INTERNAL', family: 'internal', ...internalFault(error) };
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
