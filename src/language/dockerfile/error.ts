import { BuildError, type SourceLocation } from '../../core/errors.ts';

export type DockerfileErrorCode =
  | 'EMPTY_DOCKERFILE'
  | 'NO_STAGE'
  | 'UNKNOWN_INSTRUCTION'
  | 'LINE_TOO_LONG'
  | 'UNTERMINATED_HEREDOC'
  | 'BAD_HEREDOC'
  | 'BAD_DIRECTIVE'
  | 'DUPLICATE_DIRECTIVE'
  | 'UNKNOWN_FLAG'
  | 'DUPLICATE_FLAG'
  | 'BAD_FLAG'
  | 'BAD_ARGUMENTS'
  | 'BAD_STAGE_NAME'
  | 'BAD_TRIGGER'
  | 'BAD_EXPANSION'
  | 'BAD_MOUNT'
  | 'BAD_DEVICE'
  | 'BAD_CHECKSUM'
  | 'BAD_CHMOD'
  | 'BAD_DURATION'
  | 'BAD_PORT'
  | 'BAD_SIGNAL'
  | 'BAD_CHECK_OPTION'
  | 'CHECK_FAILED'
  | 'UNSUPPORTED_FRONTEND';

/** A fault in a Dockerfile or an ignore file. */
export class DockerfileError extends BuildError<DockerfileErrorCode> {}

/** `message` is what was found, in the words of docker build where it has any, for `located` to complete; or a whole message. */
export function fault(
  code: DockerfileErrorCode,
  message: string,
  options: { hint?: string | undefined; location?: SourceLocation | undefined } = {},
): DockerfileError {
  return new DockerfileError(code, message, { family: 'validation', hint: options.hint, location: options.location });
}

/** The same fault with the place where it stands; a location that is there already wins. */
export function located(error: DockerfileError, location: SourceLocation): DockerfileError {
  if (error.location !== undefined) return error;
  const lines = location.startLine === location.endLine ? `line ${location.startLine}` : `lines ${location.startLine} to ${location.endLine}`;
  const message = error.message.startsWith('Cannot ') ? error.message : `Cannot parse ${location.file} ${lines}: ${error.message}`;
  return new DockerfileError(error.code, message, {
    family: error.family,
    hint: error.hint,
    location,
    cause: error.cause,
  });
}
