import { AnswerError } from '../../host/http/index.ts';

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

export class OpsError extends AnswerError<OpsErrorCode> {}
