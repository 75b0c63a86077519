import type { Op, RunMount } from './op.ts';

/** The members of an op that decide its result: what goes into the cache key. */
export function keyOp(op: Op): Partial<Op> {
  switch (op.kind) {
    case 'run': {
      const { uncachedEnv: _unused, mounts, ...key } = op;
      return { ...key, mounts: mounts.map(keyMount) } as Partial<Op>;
    }
    case 'image': {
      const { ref: _ref, manifest: _manifest, ...key } = op;
      return key;
    }
    case 'oci-layout': {
      const { path: _path, manifest: _manifest, ...key } = op;
      return key;
    }
    case 'scratch':
    case 'local':
    case 'http':
    case 'git':
    case 'copy':
    case 'mkdir':
    case 'merge':
      return op;
    default:
      return op satisfies never;
  }
}

/** Where a mount reads from counts by what it selects there, and which cache is mounted does not count, as with docker build. */
function keyMount(mount: RunMount): Partial<RunMount> {
  switch (mount.kind) {
    case 'bind': {
      const { source: _source, ...key } = mount;
      return key;
    }
    case 'cache': {
      const { id: _id, sharing: _sharing, source: _source, ...key } = mount;
      return key;
    }
    case 'tmpfs':
    case 'secret':
    case 'ssh':
      return mount;
    default:
      return mount satisfies never;
  }
}
