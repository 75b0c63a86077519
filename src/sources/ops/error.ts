import { BuildError, type BuildErrorOptions } from '../../core/errors.ts';

export type OpsErrorCode =
  | 'RUN_FAILED'
  /** The platform of the step is not that of this host, and no emulator for it is registered. */
  | 'RUN_PLATFORM'
  | 'SECRET_MISSING'
  | 'SSH_MISSING'
  | 'SOURCE_MISSING'
  | 'NOT_A_FOLDER'
  | 'IS_A_FOLDER'
  | 'OWNER_INVALID'
  | 'CHMOD_INVALID'
  | 'ARCHIVE_INVALID'
  | 'ARCHIVE_TOOL_MISSING'
  | 'ARCHIVE_TOO_LARGE'
  | 'CONTEXT_UNREADABLE'
  | 'CONTEXT_CHANGED'
  | 'CONTEXT_MISSING'
  | 'CHECKSUM_MISMATCH'
  | 'DOWNLOAD_FAILED'
  | 'DOWNLOAD_TOO_LARGE'
  | 'DOWNLOAD_UNAUTHORIZED'
  | 'GIT_MISSING'
  | 'GIT_FAILED'
  | 'GIT_REDIRECTED'
  | 'GIT_REF_MISSING'
  | 'GIT_UNAUTHORIZED'
  | 'GIT_URL_INVALID';

export interface OpsErrorOptions extends BuildErrorOptions {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** How long the server asked to wait, milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

export class OpsError extends BuildError<OpsErrorCode> {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: OpsErrorCode, message: string, options: OpsErrorOptions) {
    super(code, message, options);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}
