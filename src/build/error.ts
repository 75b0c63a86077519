import { BuildError } from '../errors.ts';

export class RequestError extends BuildError<
  | 'DOCKERFILE_MISSING'
  | 'DOCKERFILE_OUTSIDE'
  | 'CONTEXT_MISSING'
  | 'CONTEXT_INVALID'
  | 'SECRET_UNREADABLE'
  | 'SSH_UNUSABLE'
  | 'EPOCH_INVALID'
  | 'OUTPUT_CONFLICT'
  | 'PLATFORM_MISSING'
  | 'TARGET_EMPTY'
  | 'STORE_BUSY'
> {}

export type RequestErrorCode = RequestError['code'];

export function requestError(code: RequestErrorCode, message: string, hint?: string, cause?: unknown): RequestError {
  return new RequestError(code, message, { family: 'validation', hint, cause });
}
