import { OpsError } from './error.ts';
import { BuildError } from '../errors.ts';

/** What a failed connection or a broken transfer means. */
export function downloadError(url: string, cause: unknown): BuildError {
  if (cause instanceof BuildError) return cause;
  const { code, message } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
  return new OpsError('DOWNLOAD_FAILED', `Cannot download ${url}: ${code ?? message}`, {
    family: 'network',
    hint: 'Check the URL and the connection.',
    retryable: !permanent.has(code ?? ''),
    cause,
  });
}

/** What a status other than success means. The error carries `retryAfterMs` where the server asks for a wait. */
export function statusError(url: string, status: number, retryAfter: string | undefined): OpsError {
  const denied = status === 401 || status === 403;
  const error = new OpsError(denied ? 'DOWNLOAD_UNAUTHORIZED' : 'DOWNLOAD_FAILED', `Cannot download ${url}: invalid response status ${status}`, {
    family: denied ? 'authentication' : 'network',
    hint: denied ? 'Give --secret id=HTTP_AUTH_TOKEN_<host> or id=HTTP_AUTH_HEADER_<host>.' : 'Check the URL.',
    retryable: status === 408 || status === 429 || status >= 500,
  });
  const seconds = Number(retryAfter);
  return retryAfter !== undefined && seconds >= 0 ? Object.assign(error, { retryAfterMs: seconds * 1000 }) : error;
}

/** Trying again would not help. */
const permanent: ReadonlySet<string> = new Set([
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
