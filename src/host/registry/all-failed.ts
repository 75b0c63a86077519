import { isHostDown } from './connection-error.ts';
import { RegistryError } from './error.ts';

/**
 * The error for an image that was asked for at mirrors and at its registry, which comes last. It leads with the answer that settles the matter: the registry's, or,
 * where that cannot be reached, the first of a mirror that does not have it. What the others said follows. Waiting may help only where nobody gave such an answer.
 */
export function allFailed(errors: readonly RegistryError[]): RegistryError {
  const last = errors.at(-1)!;
  if (errors.length === 1) return last;
  const leading = isHostDown(last) ? (errors.find((error) => !isHostDown(error) && !error.retryable) ?? last) : last;
  const isSettled = leading !== last || !isHostDown(last);
  const others = errors.filter((error) => error !== leading).map((error) => foundOf(error.message));
  const { code, family, hint, status, retryAfterMs } = leading;
  return new RegistryError(code, `${leading.message}; ${others.join('; ')}`, {
    family,
    hint,
    retryable: isSettled ? leading.retryable : errors.some((error) => error.retryable),
    status,
    retryAfterMs,
    cause: leading,
  });
}

/** What follows "Cannot ...: ". */
function foundOf(message: string): string {
  return message.slice(message.indexOf(': ') + 2);
}
