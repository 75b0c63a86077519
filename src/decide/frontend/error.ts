import { BuildError, hinted, placed, type SourceLocation } from '../../core/errors.ts';

export type FrontendErrorCode =
  /** --target names no stage. The hint has the nearest name. */
  | 'TARGET_NOT_FOUND'
  /** Stages need each other in a circle. A stage can only use those before it. */
  | 'STAGE_CYCLE'
  /** A COPY or mount takes from a stage that comes later. Move that stage up. */
  | 'STAGE_ORDER'
  /** --from is a number that no earlier stage has. Use the name of the stage. */
  | 'STAGE_INDEX'
  /** FROM has no image name, often because a variable is empty. Set it with --build-arg or give the ARG a default. */
  | 'BASE_NAME'
  /** FROM --platform is no platform. Write it as `linux/amd64`. */
  | 'BASE_PLATFORM'
  /** `--from` has a variable, which is not expanded there. Define a stage with that image and name it. */
  | 'FROM_VARIABLE'
  /** An ONBUILD trigger of the base image cannot be run here. */
  | 'TRIGGER'
  /** COPY has a URL or git repository as source. Use ADD. */
  | 'COPY_SOURCE'
  /** ADD --checksum stands with sources that it cannot verify, or is missing its algorithm. */
  | 'COPY_CHECKSUM'
  /** --chown is malformed. Write `user[:group]`. */
  | 'COPY_OWNER'
  /** A git URL has a fragment or query that cannot be used. */
  | 'GIT_REFERENCE'
  /** RUN --network names an unknown mode. Use default, none or host. */
  | 'NETWORK'
  /** RUN --security names an unknown mode. Use sandbox or insecure. */
  | 'SECURITY'
  /** VOLUME has an empty path, often because a variable is not set. */
  | 'VOLUME'
  /** SOURCE_DATE_EPOCH is no whole number of seconds since 1970. */
  | 'SOURCE_DATE_EPOCH'
  /** The image or the target is for Windows. Only Linux images can be built. */
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
