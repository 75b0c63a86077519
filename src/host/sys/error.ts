import { BuildError, type ErrorFamily } from '../../core/errors.ts';

export type SysErrorCode =
  /** A system call failed; `errno` says how. */
  | 'SYSCALL_FAILED'
  /** A program that is needed is not installed. */
  | 'PROGRAM_MISSING'
  /** A program could not be started. */
  | 'PROGRAM_FAILED'
  /** The host does not allow what was asked. */
  | 'PRIVILEGE_MISSING';

export interface SysErrorOptions {
  readonly errno?: string | undefined;
  readonly hint?: string | undefined;
  readonly family?: ErrorFamily | undefined;
  readonly cause?: unknown;
}

/** What the kernel or a program refused. */
export class SysError extends BuildError<SysErrorCode> {
  /** Symbolic, as `EPERM`; absent where no system call failed. */
  readonly errno: string | undefined;

  constructor(code: SysErrorCode, message: string, options: SysErrorOptions = {}) {
    const resource = options.errno === 'ENOSPC' || options.errno === 'EDQUOT' || options.errno === 'ENOMEM' || options.errno === 'EMFILE';
    super(code, message, {
      family: options.family ?? (resource ? 'resource' : 'filesystem'),
      hint: options.hint,
      cause: options.cause,
    });
    this.errno = options.errno;
  }
}
