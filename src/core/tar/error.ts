import { BuildError } from '../errors.ts';

export type TarErrorCode =
  /** Not a tar, or a damaged one. */
  | 'TAR_INVALID'
  /** The input ends within an entry. */
  | 'TAR_TRUNCATED'
  /** A header, name or size over its limit. */
  | 'TAR_LIMIT';

export class TarError extends BuildError<TarErrorCode> {}

export function tarError(code: TarErrorCode, found: string): TarError {
  return new TarError(code, `Cannot read the tar archive: ${found}`, {
    family: 'validation',
    hint: 'The archive is damaged or was not made by a tar program.',
  });
}
