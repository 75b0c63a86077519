import { BuildError, hinted, placed, type SourceLocation } from '../../core/errors.ts';

export type FrontendErrorCode =
  | 'TARGET_NOT_FOUND'
  | 'STAGE_CYCLE'
  | 'STAGE_ORDER'
  | 'STAGE_INDEX'
  | 'BASE_NAME'
  | 'BASE_PLATFORM'
  | 'BASE_CONTEXT'
  | 'FROM_VARIABLE'
  | 'TRIGGER'
  | 'COPY_SOURCE'
  | 'COPY_CHECKSUM'
  | 'COPY_OWNER'
  | 'GIT_REFERENCE'
  | 'NETWORK'
  | 'SECURITY'
  | 'VOLUME'
  | 'SOURCE_DATE_EPOCH'
  | 'WINDOWS';

/** A Dockerfile that is well written but cannot be turned into a build graph. */
export class FrontendError extends BuildError<FrontendErrorCode> {}

export function frontendError(code: FrontendErrorCode, message: string, hint?: string, location?: SourceLocation): FrontendError {
  return new FrontendError(code, message, { family: 'validation', hint, location });
}

/** The same error with the lines where it arose; a location that is there already wins. What is no BuildError is given back as it is. */
export function atLocation(error: unknown, location: SourceLocation): unknown {
  return error instanceof BuildError ? placed(error, location) : error;
}

/** The same error with a hint before its own. What is no BuildError is given back as it is. */
export function withHint(error: unknown, hint: string): unknown {
  return error instanceof BuildError ? hinted(error, hint) : error;
}
