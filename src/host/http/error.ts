import { BuildError, type BuildErrorOptions } from '../../core/errors.ts';

export type HttpErrorCode =
  /** HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy. */
  | 'PROXY_INVALID'
  /** A file of certificates cannot be read. */
  | 'CERTIFICATE_UNREADABLE'
  /** A server redirects in a way that is not followed. */
  | 'REDIRECT_REFUSED';

export interface AnswerErrorOptions extends BuildErrorOptions {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** How long the server asked to wait, milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** A fault of a room that speaks HTTP; where a server answered, with what decides about another try. */
export class AnswerError<Code extends string> extends BuildError<Code> {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: Code, message: string, options: AnswerErrorOptions) {
    super(code, message, options);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export class HttpError extends BuildError<HttpErrorCode> {}
