import type { SourceLocation } from '../../../core/errors.ts';
import type { Dockerfile, Range } from '../../../language/dockerfile/index.ts';

/** A range of a Dockerfile as errors and steps name it. */
export function locate(dockerfile: Dockerfile, range: Range): SourceLocation {
  return { file: dockerfile.file, startLine: range.start.line, endLine: range.end.line, text: dockerfile.text };
}
