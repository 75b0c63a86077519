import { AnswerError } from '../http/index.ts';

export type RegistryErrorCode =
  /** The registry has no such repository. */
  | 'NAME_UNKNOWN'
  /** The repository has no such tag or digest. */
  | 'MANIFEST_UNKNOWN'
  /** The repository has no such blob. The image is incomplete at its source; push it again. */
  | 'BLOB_UNKNOWN'
  /** The image is not made for the platform asked for. */
  | 'PLATFORM_UNKNOWN'
  /** Credentials are missing or were refused. */
  | 'UNAUTHORIZED'
  /** The credentials are good but do not allow this. */
  | 'DENIED'
  /** The registry refuses more requests for now. Wait, log in, or use a mirror. */
  | 'RATE_LIMITED'
  /** No connection: refused, unknown host, broken off, timed out. */
  | 'REGISTRY_UNREACHABLE'
  /** The certificate of the registry is not trusted, or the connection is not TLS. Install its authority, or configure the registry as insecure. */
  | 'REGISTRY_TLS'
  /** The registry answered that it is broken (5xx). */
  | 'REGISTRY_FAILED'
  /** The registry refused the request as such (other 4xx). */
  | 'REGISTRY_REFUSED'
  /** An answer that the distribution spec does not allow. */
  | 'REGISTRY_PROTOCOL'
  /** The bytes from the registry do not have their digest. Try again; a proxy may alter data. */
  | 'REGISTRY_DIGEST_MISMATCH'
  /** The registry sent more or fewer bytes than announced. */
  | 'REGISTRY_SIZE_MISMATCH'
  /** A manifest is larger than the limit. */
  | 'MANIFEST_TOO_LARGE'
  /** What the registry has is of a kind that cannot be used, such as schema 1. Push the image again with a current tool. */
  | 'MANIFEST_UNSUPPORTED'
  /** Docker's `config.json` cannot be read or has members of the wrong type. Correct it, or remove it and log in again. */
  | 'DOCKER_CONFIG_INVALID'
  /** A credential helper that `config.json` names is missing or failed. */
  | 'CREDENTIAL_HELPER_FAILED'
  /** A mirror is no `host[:port][/path]` or URL. */
  | 'MIRROR_INVALID';

export class RegistryError extends AnswerError<RegistryErrorCode> {}
