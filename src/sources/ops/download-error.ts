import { BuildError } from '../../core/errors.ts';
import { connectionFault, isPassingStatus, retryAdvice } from '../../host/http/index.ts';
import { OpsError } from './error.ts';

/** What a failed connection or a broken transfer means. `url` is shown. Errors of other rooms are returned as they are. */
export function downloadError(url: string, cause: unknown): BuildError {
  if (cause instanceof BuildError) return cause;
  const fault = connectionFault(cause);
  const { code, message } = cause as NodeJS.ErrnoException;
  const fail = (found: string, hint: string, retryable = false): OpsError =>
    new OpsError('DOWNLOAD_FAILED', `Cannot download ${url}: ${found}`, { family: 'network', hint, retryable, cause });
  if (fault === undefined) {
    // The end of compressed data is missing: the transfer was cut.
    if (code === 'Z_BUF_ERROR') return fail('it ended too early', 'Check the server.', true);
    return fail(code ?? message, 'Check the URL and the connection.');
  }
  switch (fault.kind) {
    case 'certificate':
      return fail(`the certificate of the server is not trusted (${fault.found})`, 'Name the certificate of its authority in SSL_CERT_FILE.');
    case 'plain-http':
      return fail(fault.found, 'Check whether the URL should start with http://.');
    case 'proxy':
      return fail(`${fault.found} (${fault.code})`, 'Check HTTP_PROXY and HTTPS_PROXY, and whether the host belongs into NO_PROXY.', fault.retryable);
    case 'network':
    case 'protocol':
      return fail(`${fault.found} (${fault.code})`, 'Check the URL and the connection.', fault.retryable);
    default:
      return fault.kind satisfies never;
  }
}

/** What a status other than success means. `url` is shown. */
export function statusError(url: string, status: number, retryAfter: string | undefined): OpsError {
  const denied = status === 401 || status === 403;
  return new OpsError(denied ? 'DOWNLOAD_UNAUTHORIZED' : 'DOWNLOAD_FAILED', `Cannot download ${url}: invalid response status ${status}`, {
    family: denied ? 'authentication' : 'network',
    hint: denied ? 'Give --secret id=HTTP_AUTH_TOKEN_<host> or id=HTTP_AUTH_HEADER_<host>.' : isPassingStatus(status) ? 'Try again later.' : 'Check the URL.',
    ...retryAdvice(status, retryAfter),
  });
}
