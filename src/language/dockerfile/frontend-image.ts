import type { SourceLocation } from '../../core/errors.ts';
import { detectSyntax } from './directive.ts';
import { DockerfileError, type DockerfileErrorCode, fault } from './error.ts';

/** The newest version of the language that is known here. */
export const languageVersion = '1.26';

/** What a `# syntax=` line asks for, where it is this language. */
export interface FrontendImage {
  /** Absent where the line names no version or a floating one such as `1` or `latest`. */
  readonly version?: string;
  /** The labs channel, whose experiments are part of the language here where docker build has taken them over. */
  readonly labs: boolean;
  /** It asks for a version after `languageVersion`. */
  readonly newer: boolean;
}

/**
 * Whether a frontend that a file names is the one that is built in: docker/dockerfile in any version 1, from Docker Hub or a mirror's path,
 * also docker/dockerfile-upstream. Errors: UNSUPPORTED_FRONTEND.
 */
export function resolveFrontend(image: string, location?: SourceLocation): FrontendImage {
  const match = /^(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\/)?docker\/dockerfile(?:-upstream)?(?::([^@]*))?(?:@sha256:[0-9a-f]{64})?$/.exec(
    image,
  );
  const tag = match?.[1] ?? 'latest';
  const labs = /(?:^|-)labs$/.test(tag);
  const name = tag.replace(/-?labs$/, '').replace(/^(?:latest|experimental|master)$/, '');
  const version = /^(1)(?:\.(\d+))?(?:\.(\d+))?(?:-[a-z0-9.]+)?$/.exec(name);
  if (match === null || (name !== '' && version === null)) {
    throw fault(
      'UNSUPPORTED_FRONTEND',
      `Cannot use the frontend ${JSON.stringify(image)}: only docker/dockerfile in a version 1 is built in, and frontend images are not run`,
      {
        hint: 'Take the "# syntax=" line out, or write "# syntax=docker/dockerfile:1".',
        location,
      },
    );
  }
  const minor = version?.[2];
  return {
    ...(minor === undefined ? {} : { version: `1.${minor}` }),
    labs,
    newer: minor !== undefined && Number(minor) > Number(languageVersion.slice(2)),
  };
}

/** How BUILDKIT_SYNTAX asks for the frontend that is built in, whatever the file says. */
const builtIn = 'dockerfile.v0';

/**
 * Whether the frontend that the build arg BUILDKIT_SYNTAX names, or else the file itself, is the one that is built in. `file` is the file's name in errors.
 * Gives what BUILDKIT_SYNTAX names, if anything. Errors: UNSUPPORTED_FRONTEND.
 */
export function requireBuiltInFrontend(text: string | Uint8Array, file: string, buildArgs: Readonly<Record<string, string>>): string | undefined {
  const asked = buildArgs['BUILDKIT_SYNTAX'] || undefined;
  if (asked === builtIn) return 'docker/dockerfile';
  const found = asked === undefined ? detectSyntax(text) : undefined;
  if (asked !== undefined) resolveFrontend(asked);
  if (found !== undefined) resolveFrontend(found.image, { file, startLine: found.line, endLine: found.line, text: Buffer.from(text).toString('utf8') });
  return asked;
}

/** The version after `languageVersion` that a file asks for; undefined where it asks for none such. */
export function newerVersionOf(image: string | undefined): string | undefined {
  if (image === undefined) return undefined;
  try {
    const { newer, version } = resolveFrontend(image);
    return newer ? version : undefined;
  } catch (error) {
    // another frontend is a fault of its own
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

/** Faults that may be none in a newer version of the language: something in the file is not known here. */
const growing: ReadonlySet<DockerfileErrorCode> = new Set([
  'UNKNOWN_INSTRUCTION',
  'UNKNOWN_FLAG',
  'DUPLICATE_FLAG',
  'BAD_FLAG',
  'BAD_ARGUMENTS',
  'BAD_HEREDOC',
  'BAD_TRIGGER',
  'BAD_EXPANSION',
  'BAD_MOUNT',
  'BAD_DEVICE',
  'BAD_CHECKSUM',
  'BAD_CHMOD',
  'BAD_DURATION',
  'BAD_PORT',
  'BAD_SIGNAL',
  'BAD_CHECK_OPTION',
]);

/** The same fault, which says in its hint that the file asks for a newer version of the language, where it does and that may be why. */
export function withNewerHint(error: DockerfileError, newerVersion: string | undefined): DockerfileError {
  if (newerVersion === undefined || !growing.has(error.code)) return error;
  const asked = `The Dockerfile asks for frontend ${newerVersion}, newer than the ${languageVersion} that is built in`;
  const { family, location, retryable, cause, hint } = error;
  if (hint?.includes(asked) === true) return error;
  const upgrade = `${asked}: where it uses something new, an upgrade of ossb may be needed.`;
  const told = new DockerfileError(error.code, error.message, {
    family,
    location,
    retryable,
    cause,
    hint: hint === undefined ? upgrade : `${hint} ${upgrade}`,
  });
  if (error.stack !== undefined) told.stack = error.stack;
  return told;
}
