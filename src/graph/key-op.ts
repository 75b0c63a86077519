import type { Op } from './op.ts';

/** The members of an op that decide its result: what goes into the cache key. */
export function keyOp(op: Op): Partial<Op> {
  switch (op.kind) {
    case 'run': {
      const { uncachedEnv: _unused, ...key } = op;
      return key;
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
