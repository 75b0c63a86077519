import { BuildError } from '../errors.ts';

export type TreeErrorCode =
  /** More symlinks than the limit on the way to a path. */
  | 'TREE_SYMLINK_LOOP'
  /** A path that climbs above its root where that is refused. */
  | 'TREE_PATH_ESCAPES'
  /** A layer index that cannot be read. */
  | 'TREE_INDEX_DAMAGED'
  /** An entry without what it must have. */
  | 'TREE_INCONSISTENT';

export class TreeError extends BuildError<TreeErrorCode> {}
