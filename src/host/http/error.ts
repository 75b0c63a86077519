import { BuildError } from '../../core/errors.ts';

export type HttpErrorCode =
  /** HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy. */
  | 'PROXY_INVALID'
  /** A file of certificates cannot be read. */
  | 'CERTIFICATE_UNREADABLE'
  /** A server redirects in a way that is not followed. */
  | 'REDIRECT_REFUSED';

export class HttpError extends BuildError<HttpErrorCode> {}
