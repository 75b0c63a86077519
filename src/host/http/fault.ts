import { BuildError } from '../../core/errors.ts';

/** Why a request got no answer, or not all of it. */
export interface ConnectionFault {
  readonly kind: 'plain-http' | 'certificate' | 'proxy' | 'network' | 'protocol';
  /** Of Node or the system, for messages. */
  readonly code: string;
  /** What was found, as the end of "Cannot ...: ". */
  readonly found: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Whether the host cannot be reached at all, so that asking it again at once is of no use. */
  readonly isDown: boolean;
}

/** Reads Node's error of a connection; undefined for an error that is of another kind. */
export function connectionFault(error: unknown): ConnectionFault | undefined {
  const { code, message = '', syscall = '', isProxy, status } = (error ?? {}) as Partial<NodeJS.ErrnoException> & { isProxy?: boolean; status?: number };
  if (error instanceof BuildError || typeof code !== 'string') return undefined;
  if (code === 'ERR_PROXY_REFUSED') {
    const found = status === 407 ? 'the proxy wants credentials (407)' : `the proxy answered ${status}`;
    // Only what is no fault of the request may pass.
    return { kind: 'proxy', code, found, retryable: status === 429 || (status ?? 0) >= 500, isDown: true };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || (code === 'EPROTO' && /wrong version number/.test(message)))
    return { kind: 'plain-http', code, found: 'it speaks plain HTTP, not HTTPS', retryable: false, isDown: false };
  if (tlsCode.test(code)) return { kind: 'certificate', code, found: tlsProse[code] ?? message, retryable: false, isDown: false };
  if (code.startsWith('HPE_')) {
    const found = code === 'HPE_HEADER_OVERFLOW' ? 'the headers of the answer are too large' : 'the answer is not HTTP';
    return { kind: 'protocol', code, found, retryable: false, isDown: false };
  }
  if (permanentProse[code] !== undefined) return { kind: 'protocol', code, found: permanentProse[code], retryable: false, isDown: false };
  const known = networkProse[code];
  // Other codes are distinguished from those of files by what failed.
  if (known === undefined && !(/^E[A-Z]+$/.test(code) && socketCalls.has(syscall))) return undefined;
  const where = isProxy === true ? 'proxy' : 'network';
  const found = `${known ?? 'the connection failed'}${isProxy === true ? ' by the proxy' : ''}`;
  return { kind: where, code, found, retryable: code !== 'ENOTFOUND', isDown: downCodes.has(code) };
}

const socketCalls: ReadonlySet<string> = new Set(['bind', 'connect', 'getaddrinfo', 'read', 'shutdown', 'write', 'writev']);

const tlsCode = /CERT|^ERR_(SSL|TLS)|^EPROTO$|UNABLE_TO_(GET|VERIFY)/;

const tlsProse: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet; is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
};

const permanentProse: Readonly<Record<string, string>> = {
  ERR_INVALID_CHAR: 'a header holds a character that HTTP does not allow',
  ERR_UNESCAPED_CHARACTERS: 'the URL holds a character that HTTP does not allow',
  ERR_INVALID_URL: 'the URL is not valid',
  ERR_SOCKET_BAD_PORT: 'there is no such port',
};

const networkProse: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNRESET: 'the connection was broken off',
  EPIPE: 'the connection was broken off',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was broken off',
  ETIMEDOUT: 'there was no answer in time',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
};

const downCodes: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
