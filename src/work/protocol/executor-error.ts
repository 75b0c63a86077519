import { BuildError } from '../../core/errors.ts';

export type ExecutorErrorCode =
  /** No OCI runtime is installed. */
  | 'EXEC_NO_RUNTIME'
  /** The OCI runtime failed before or beside the command. */
  | 'EXEC_RUNTIME'
  /** USER names someone whom the image does not know. */
  | 'EXEC_USER'
  /** The step needs a user or group id that the user namespace does not have. */
  | 'EXEC_ID_UNMAPPED'
  /** The source of a mount is not there, or its target cannot be made. */
  | 'EXEC_MOUNT';

export class ExecutorError extends BuildError<ExecutorErrorCode> {}

export function executorError(code: ExecutorErrorCode, message: string, hint?: string, cause?: unknown): ExecutorError {
  return new ExecutorError(code, message, { family: 'execution', hint, cause });
}

/** For an id that is not mapped. `what` completes "Cannot ...". */
export function unmappedError(what: string, mappedIDs: number): ExecutorError {
  return executorError(
    'EXEC_ID_UNMAPPED',
    `Cannot ${what}: this user namespace has ${mappedIDs === 1 ? 'no id but 0' : `only the ids 0 to ${mappedIDs - 1}`}`,
    'Give the building user a range of 65536 ids in /etc/subuid and /etc/subgid and install newuidmap (Debian, Ubuntu: package uidmap; Fedora, Alpine: shadow-utils, shadow-uidmap).',
  );
}
