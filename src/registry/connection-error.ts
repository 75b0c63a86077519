import { RegistryError } from './error.ts';

/** What a request that got no answer means: REGISTRY_TLS, REGISTRY_UNREACHABLE, or the error itself where it is not about the connection. */
export function connectionError(error: unknown, doing: string, host: string): unknown {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  if (code === undefined) return error;
  if (isPlainHttpAnswer(error)) {
    return new RegistryError('REGISTRY_TLS', `Cannot ${doing}: ${host} speaks plain HTTP, not HTTPS`, {
      family: 'network',
      hint: `If that is intended, name ${host} as an insecure registry.`,
      cause: error,
    });
  }
  if (tlsCode.test(code)) {
    return new RegistryError('REGISTRY_TLS', `Cannot ${doing}: the certificate of ${host} is not trusted (${tlsProse[code] ?? message ?? code})`, {
      family: 'network',
      hint: `Put the certificate of its authority into /etc/docker/certs.d/${host}/ca.crt, or name it in SSL_CERT_FILE.`,
      cause: error,
    });
  }
  const found = networkProse[code];
  if (found === undefined && !/^(E[A-Z]+|HPE_\w+|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) return error;
  return new RegistryError('REGISTRY_UNREACHABLE', `Cannot ${doing}: ${found ?? 'the connection failed'} (${host}, ${code})`, {
    family: 'network',
    hint: code === 'ENOTFOUND' ? `Check the name ${host} and the DNS settings of this machine.` : `Check that ${host} is up and reachable from this machine.`,
    retryable: true,
    cause: error,
  });
}

/** Whether the connection was refused or the name is unknown, so that asking the same host again at once is of no use. */
export function isHostDown(error: unknown): boolean {
  const cause = error instanceof RegistryError ? error.cause : error;
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].includes((cause as { code?: string } | undefined)?.code ?? '');
}

/** Whether an HTTPS request was answered by something that is not TLS. */
export function isPlainHttpAnswer(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || (code === 'EPROTO' && /wrong version number/.test(message ?? ''))
  );
}

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
