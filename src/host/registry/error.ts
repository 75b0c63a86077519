import { AnswerError } from '../http/index.ts';

export type RegistryErrorCode =
  /** The registry has no such repository. */
  | 'NAME_UNKNOWN'
  /** The repository has no such tag or digest. */
  | 'MANIFEST_UNKNOWN'
  | 'BLOB_UNKNOWN'
  /** The image is not made for the platform asked for. */
  | 'PLATFORM_UNKNOWN'
  /** Credentials are missing or were refused. */
  | 'UNAUTHORIZED'
  /** The credentials are good but do not allow this. */
  | 'DENIED'
  | 'RATE_LIMITED'
  /** No connection: refused, unknown host, broken off, timed out. */
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_TLS'
  /** The registry answered that it is broken (5xx). */
  | 'REGISTRY_FAILED'
  /** The registry refused the request as such (other 4xx). */
  | 'REGISTRY_REFUSED'
  /** An answer that the distribution spec does not allow. */
  | 'REGISTRY_PROTOCOL'
  | 'REGISTRY_DIGEST_MISMATCH'
  | 'REGISTRY_SIZE_MISMATCH'
  | 'MANIFEST_TOO_LARGE'
  | 'MANIFEST_UNSUPPORTED'
  | 'DOCKER_CONFIG_INVALID'
  | 'CREDENTIAL_HELPER_FAILED'
  | 'MIRROR_INVALID';

export class RegistryError extends AnswerError<RegistryErrorCode> {}
