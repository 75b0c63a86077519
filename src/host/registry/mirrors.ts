import type { Reference } from '../../core/oci/index.ts';
import { RegistryError } from './error.ts';

/** One place where an image may be had: a host, and the repository's path there. */
export interface Endpoint {
  /** With port where one was given. */
  readonly host: string;
  /** Where the scheme was given; else it is found out. */
  readonly scheme: 'http' | 'https' | undefined;
  readonly repository: string;
  readonly isMirror: boolean;
}

export type Mirrors = Readonly<Record<string, readonly string[]>>;

/** The places to ask for an image, in turn: the mirrors of its registry, then the registry itself. Errors: MIRROR_INVALID. */
export function endpointsOf(ref: Reference, mirrors: Mirrors): Endpoint[] {
  const mirrored = (mirrors[ref.registry] ?? []).map((mirror) => mirrorEndpoint(mirror, ref));
  return [...mirrored, originOf(ref)];
}

/** The registry itself. `docker.io` is a name; the host behind it is another. */
export function originOf(ref: Reference): Endpoint {
  return { host: ref.registry === 'docker.io' ? 'registry-1.docker.io' : ref.registry, scheme: undefined, repository: ref.repository, isMirror: false };
}

function mirrorEndpoint(mirror: string, ref: Reference): Endpoint {
  const match = /^(?:(https?):\/\/)?([A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)((?:\/[a-z0-9._-]+)*)\/?$/.exec(mirror);
  const [, scheme, host, path] = match ?? [];
  if (host === undefined) {
    throw new RegistryError('MIRROR_INVALID', `Cannot use mirror ${JSON.stringify(mirror)} of ${ref.registry}: it is not host[:port][/path] or a URL`, {
      family: 'validation',
      hint: 'Write it as mirror.example.com, mirror.example.com/dockerhub or http://localhost:5000.',
    });
  }
  // Docker's own form of a mirror URL may end in the version of the protocol.
  const prefix = (path ?? '').replace(/\/v2$/, '').slice(1);
  return {
    host,
    scheme: scheme as 'http' | 'https' | undefined,
    repository: prefix === '' ? ref.repository : `${prefix}/${ref.repository}`,
    isMirror: true,
  };
}
