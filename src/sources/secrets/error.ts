import { BuildError } from '../../core/errors.ts';

export type SecretsErrorCode =
  /** The value of a secret cannot be read, or is too large. */
  | 'SECRET_UNREADABLE'
  /** There is no agent, socket or key to forward. */
  | 'SSH_UNUSABLE';

export class SecretsError extends BuildError<SecretsErrorCode> {}

export function secretsError(code: SecretsErrorCode, message: string, hint: string): SecretsError {
  return new SecretsError(code, message, { family: 'validation', hint });
}
