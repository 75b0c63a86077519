import { BuildError } from '../errors.ts';
import { isDigest, parseDigest, type Digest } from './digest.ts';

/** A normalised image reference: `docker.io/library/` and `:latest` are filled in (distribution's reference grammar). */
export interface Reference {
  /** Host with port, for instance `docker.io` or `localhost:5000`. */
  readonly registry: string;
  /** Path in the registry, for instance `library/alpine`. */
  readonly repository: string;
  /** Absent where only a digest was given. */
  readonly tag?: string;
  readonly digest?: Digest;
}

export type ReferenceErrorCode =
  /** An image name is malformed. Write `[host/]path[:tag][@sha256:digest]` with a lower-case path. */
  'REFERENCE_INVALID';

export class ReferenceError extends BuildError<ReferenceErrorCode> {}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;

/** Parses `[host/]path[:tag][@digest]`. Errors: REFERENCE_INVALID. */
export function parseReference(text: string): Reference {
  const fail = (found: string, hint?: string): ReferenceError =>
    new ReferenceError('REFERENCE_INVALID', `Cannot use image name ${JSON.stringify(text)}: ${found}`, {
      family: 'validation',
      hint: hint ?? 'An image name is [host/]path[:tag][@sha256:digest], with a lower-case path.',
    });
  let rest = text;
  let digest: Digest | undefined;
  const at = rest.indexOf('@');
  if (at >= 0) {
    const digestText = rest.slice(at + 1);
    if (!isDigest(digestText)) throw fail('what stands after @ is not a sha256 digest');
    digest = parseDigest(digestText);
    rest = rest.slice(0, at);
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!tagPattern.test(tag)) throw fail(`the tag ${JSON.stringify(tag)} is not valid`);
  }
  const slash = rest.indexOf('/');
  const head = slash < 0 ? '' : rest.slice(0, slash);
  const hasHost = slash > 0 && (head.includes('.') || head.includes(':') || head === 'localhost' || head !== head.toLowerCase());
  let registry = hasHost ? head : 'docker.io';
  let repository = hasHost ? rest.slice(slash + 1) : rest;
  if (registry === 'index.docker.io') registry = 'docker.io';
  if (registry === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`;
  if (!hostPattern.test(registry)) throw fail(`${JSON.stringify(registry)} is not a host name`);
  if (rest === '' || !repositoryPattern.test(repository)) {
    throw fail(repository === repository.toLowerCase() ? 'the path is not valid' : 'the path must be lower case');
  }
  if (registry.length + repository.length + 1 > 255) throw fail('the name is longer than 255 bytes');
  if (tag === undefined && digest === undefined) tag = 'latest';
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The full form, `docker.io/library/alpine:3.19`. */
export function formatReference(ref: Reference): string {
  return `${ref.registry}/${ref.repository}${ref.tag === undefined ? '' : `:${ref.tag}`}${ref.digest === undefined ? '' : `@${ref.digest}`}`;
}

/** The form that a person writes: without `docker.io/library/`. */
export function familiarReference(ref: Reference): string {
  const full = formatReference(ref);
  return full.startsWith('docker.io/library/') ? full.slice(18) : full.startsWith('docker.io/') ? full.slice(10) : full;
}
