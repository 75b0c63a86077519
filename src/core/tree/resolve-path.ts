import type { FileTree, TreeNode } from './entry.ts';
import { TreeError } from './error.ts';
import { joinPath, parentOf } from './path.ts';

/** As the kernel's limit of 40, wider so that whatever the kernel can follow we can too. */
const symlinkLimit = 255;

export interface ResolvedPath {
  /** Without symlinks in it, but for the last part where that was not to be followed. */
  readonly path: string;
  /** What is there, or undefined. */
  readonly node: TreeNode | undefined;
}

export interface ResolveOptions {
  /** Whether a symlink at the end of the path is followed. Default true. */
  readonly followLast?: boolean;
  /** What `..` at the root does: it stays there, as in the kernel, or the path is refused. Default 'stay'. */
  readonly aboveRoot?: 'stay' | 'refuse';
}

/**
 * Follows symlinks within the tree: absolute targets start at its root and `..` never leaves it. Parts that do not exist are kept as they are written. Errors:
 * TREE_SYMLINK_LOOP, TREE_PATH_ESCAPES.
 */
export async function resolvePath(tree: Pick<FileTree, 'lookup'>, path: string, options: ResolveOptions = {}): Promise<ResolvedPath> {
  const { followLast = true, aboveRoot = 'stay' } = options;
  const rest = path.split('/').reverse();
  let at = '';
  let node: TreeNode | undefined;
  let links = 0;
  while (rest.length > 0) {
    const part = rest.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at === '' && aboveRoot === 'refuse') {
        throw new TreeError('TREE_PATH_ESCAPES', `Cannot follow ${JSON.stringify(path)}: it leads out of its folder`, { family: 'validation' });
      }
      at = parentOf(at);
      node = undefined;
      continue;
    }
    const next = joinPath(at, part);
    node = await tree.lookup(next);
    const last = rest.every((other) => other === '' || other === '.');
    if (node?.type === 'symlink' && (followLast || !last)) {
      if (++links > symlinkLimit) {
        throw new TreeError('TREE_SYMLINK_LOOP', `Cannot follow ${JSON.stringify(`/${path}`)}: there are more than ${symlinkLimit} symlinks on the way`, {
          family: 'filesystem',
          hint: 'Two symlinks probably point to each other.',
        });
      }
      const target = node.link ?? '';
      if (target.startsWith('/')) at = '';
      rest.push(...target.split('/').reverse());
      node = undefined;
    } else at = next;
  }
  return { path: at, node: node ?? (await tree.lookup(at)) };
}
