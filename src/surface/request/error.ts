import { BuildError } from '../../core/errors.ts';

export class RequestError extends BuildError<
  /** There is no Dockerfile in the context. Name it with -f. */
  | 'DOCKERFILE_MISSING'
  /** The Dockerfile cannot be read, or is larger than the limit. */
  | 'DOCKERFILE_UNREADABLE'
  /** A named context was not given. Give it with --build-context. */
  | 'CONTEXT_MISSING'
  /** What was given as a context, or its ignore file, cannot be used. */
  | 'CONTEXT_INVALID'
  /** Outputs or flags exclude each other. */
  | 'OUTPUT_CONFLICT'
  /** The target has no instruction that makes an image. */
  | 'TARGET_EMPTY'
  /** A build argument that ossb itself reads has a value that it cannot have. */
  | 'BUILD_ARG_INVALID'
> {}

export type RequestErrorCode = RequestError['code'];

export function requestError(code: RequestErrorCode, message: string, hint?: string, cause?: unknown): RequestError {
  return new RequestError(code, message, { family: 'validation', hint, cause });
}
