import { BuildError, type SourceLocation } from '../../core/errors.ts';

export type DockerfileErrorCode =
  /** The Dockerfile has no instruction. Write at least a FROM. */
  | 'EMPTY_DOCKERFILE'
  /** An instruction stands before the first FROM. Only ARG and comments may. */
  | 'NO_STAGE'
  /** A line begins with a word that is no instruction. Correct its spelling, or end the line before it with a backslash. */
  | 'UNKNOWN_INSTRUCTION'
  /** An instruction is longer than the limit. Put what it holds into a file and COPY that. */
  | 'LINE_TOO_LONG'
  /** A here-document has no line with its closing word. Add that line. */
  | 'UNTERMINATED_HEREDOC'
  /** The word after `<<` cannot name a here-document. Use a plain or quoted word. */
  | 'BAD_HEREDOC'
  /** A directive (`# escape=`, `# syntax=`, `# check=`) has a value that it cannot have. */
  | 'BAD_DIRECTIVE'
  /** A directive stands twice. Keep one. */
  | 'DUPLICATE_DIRECTIVE'
  /** The instruction has no such flag. The hint lists those that it has. */
  | 'UNKNOWN_FLAG'
  /** A flag that may be given once stands twice. */
  | 'DUPLICATE_FLAG'
  /** A flag lacks its value, or has one that it cannot have. */
  | 'BAD_FLAG'
  /** The instruction has too few, too many, or malformed arguments. */
  | 'BAD_ARGUMENTS'
  /** A stage has a name that is reserved or malformed. Use letters, digits, `-`, `_` and `.`, beginning with a letter. */
  | 'BAD_STAGE_NAME'
  /** ONBUILD is followed by an instruction that cannot be a trigger. */
  | 'BAD_TRIGGER'
  /** A variable expansion is malformed, its result is too long, or a variable with `:?` is not set. */
  | 'BAD_EXPANSION'
  /** RUN --mount has an unknown key, a missing one, or a value that does not fit its type. */
  | 'BAD_MOUNT'
  /** RUN --device is malformed. Write `--device=vendor.com/class=name[,required]`. */
  | 'BAD_DEVICE'
  /** --checksum is no digest of a supported algorithm. */
  | 'BAD_CHECKSUM'
  /** --chmod is neither an octal mode nor a symbolic one. */
  | 'BAD_CHMOD'
  /** A flag of HEALTHCHECK is no duration. Write `30s` or `1m30s`. */
  | 'BAD_DURATION'
  /** EXPOSE names no port. Write `8080`, `8080/udp` or `8000-8010`. */
  | 'BAD_PORT'
  /** STOPSIGNAL names no signal. Write a name such as `SIGTERM` or a number. */
  | 'BAD_SIGNAL'
  /** The options of `# check=` or BUILDKIT_DOCKERFILE_CHECK are malformed. */
  | 'BAD_CHECK_OPTION'
  /** A check found something and `error=true` is set. Correct what it found, or skip the rule. */
  | 'CHECK_FAILED'
  /** `# syntax=` names a frontend that is not built in. Only the Dockerfile frontends of Docker are. */
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
