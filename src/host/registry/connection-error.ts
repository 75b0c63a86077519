import { connectionFault } from '../http/index.ts';
import { RegistryError } from './error.ts';

/** What a request that got no answer means: REGISTRY_TLS, REGISTRY_UNREACHABLE, REGISTRY_PROTOCOL, or the error itself where it is not about the connection. */
export function connectionError(error: unknown, doing: string, host: string): unknown {
  const fault = connectionFault(error);
  if (fault === undefined) return error;
  const { kind, code, found, retryable } = fault;
  switch (kind) {
    case 'plain-http':
      return new RegistryError('REGISTRY_TLS', `Cannot ${doing}: ${host} speaks plain HTTP, not HTTPS`, {
        family: 'network',
        hint: `If that is intended, name ${host} as an insecure registry.`,
        cause: error,
      });
    case 'certificate':
      return new RegistryError('REGISTRY_TLS', `Cannot ${doing}: the certificate of ${host} is not trusted (${found})`, {
        family: 'network',
        hint: `Put the certificate of its authority into /etc/docker/certs.d/${host}/ca.crt, or name it in SSL_CERT_FILE.`,
        cause: error,
      });
    case 'protocol':
      return new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: ${found} (${host}, ${code})`, {
        family: 'registry',
        hint: `Check that ${host} is a registry.`,
        cause: error,
      });
    case 'proxy':
      return new RegistryError('REGISTRY_UNREACHABLE', `Cannot ${doing}: ${found} (on the way to ${host}, ${code})`, {
        family: 'network',
        hint: `Check HTTP_PROXY and HTTPS_PROXY, and whether ${host} belongs into NO_PROXY.`,
        retryable,
        cause: error,
      });
    case 'network':
      return new RegistryError('REGISTRY_UNREACHABLE', `Cannot ${doing}: ${found} (${host}, ${code})`, {
        family: 'network',
        hint:
          code === 'ENOTFOUND' ? `Check the name ${host} and the DNS settings of this machine.` : `Check that ${host} is up and reachable from this machine.`,
        retryable,
        cause: error,
      });
    default:
      return kind satisfies never;
  }
}

/** Whether the host cannot be reached at all, so that asking it again at once is of no use. */
export function isHostDown(error: unknown): boolean {
  return connectionFault(error instanceof RegistryError ? error.cause : error)?.isDown === true;
}
