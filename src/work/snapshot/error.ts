import { BuildError } from '../../core/errors.ts';

export type SnapshotErrorCode =
  /** A chain has more layers than can be mounted. */
  'SNAPSHOT_TOO_DEEP';

export class SnapshotError extends BuildError<SnapshotErrorCode> {}

export function snapshotError(code: SnapshotErrorCode, message: string, hint: string): SnapshotError {
  return new SnapshotError(code, message, { family: 'validation', hint });
}
