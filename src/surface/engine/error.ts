import { BuildError } from '../../core/errors.ts';

export class RequestError extends BuildError<
  'DOCKERFILE_MISSING' | 'DOCKERFILE_UNREADABLE' | 'CONTEXT_MISSING' | 'CONTEXT_INVALID' | 'OUTPUT_CONFLICT' | 'TARGET_EMPTY' | 'BUILD_ARG_INVALID'
> {}

export type RequestErrorCode = RequestError['code'];

export function requestError(code: RequestErrorCode, message: string, hint?: string, cause?: unknown): RequestError {
  return new RequestError(code, message, { family: 'validation', hint, cause });
}
