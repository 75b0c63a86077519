import { AnswerError } from '../../host/http/index.ts';

export type OpsErrorCode =
  /** The command of a RUN ended with an exit code other than 0, or was killed. Its output says why. */
  | 'RUN_FAILED'
  /** The platform of the step is not that of this host, and no emulator for it is registered. */
  | 'RUN_PLATFORM'
  /** A required secret was not given. Give it with --secret. */
  | 'SECRET_MISSING'
  /** A required ssh agent or key was not given. Give it with --ssh. */
  | 'SSH_MISSING'
  /** COPY or ADD names a path that is not there, or that the ignore file excludes. */
  | 'SOURCE_MISSING'
  /** A path goes through something that is no folder. */
  | 'NOT_A_FOLDER'
  /** A folder stands where a file is to be written. */
  | 'IS_A_FOLDER'
  /** --chown names a user or group that the image does not have. Use numbers, or create the user first. */
  | 'OWNER_INVALID'
  /** An archive to unpack is damaged. */
  | 'ARCHIVE_INVALID'
  /** The program that decompresses the archive (bzip2, xz) is not installed. */
  | 'ARCHIVE_TOOL_MISSING'
  /** An archive unpacks to far more than its size suggests. Unpack it in a RUN where that is meant. */
  | 'ARCHIVE_TOO_LARGE'
  /** A file of the build context cannot be read. Correct its permissions or exclude it in the ignore file. */
  | 'CONTEXT_UNREADABLE'
  /** A file changed while it was read. Build again when nothing writes to the context. */
  | 'CONTEXT_CHANGED'
  /** The build context is not there or is no folder. */
  | 'CONTEXT_MISSING'
  /** A download or git commit is not the one that --checksum names. */
  | 'CHECKSUM_MISMATCH'
  /** A download failed: no connection, a refused certificate, or an error of the server. */
  | 'DOWNLOAD_FAILED'
  /** The server wants other credentials. Give the secret HTTP_AUTH_TOKEN_<host> or HTTP_AUTH_HEADER_<host>. */
  | 'DOWNLOAD_UNAUTHORIZED'
  /** git is not installed. */
  | 'GIT_MISSING'
  /** git failed. Its output is in the message. */
  | 'GIT_FAILED'
  /** A git server redirects to another host, which is not followed. Use the new URL. */
  | 'GIT_REDIRECTED'
  /** The repository has no such branch, tag or commit. */
  | 'GIT_REF_MISSING'
  /** The git server refuses access. Give the secret GIT_AUTH_TOKEN or GIT_AUTH_HEADER, or --ssh. */
  | 'GIT_UNAUTHORIZED'
  /** A git URL cannot be used. */
  | 'GIT_URL_INVALID';

export class OpsError extends AnswerError<OpsErrorCode> {}
