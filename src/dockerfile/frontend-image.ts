import type { SourceLocation } from '../errors.ts';
import { fault } from './error.ts';

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
