import { chownSync, lstatSync, mkdirSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { executorError } from '../protocol/index.ts';

const MAX_LINKS = 255;

/**
 * Where a path of a mounted tree really is, as an absolute path within the tree: every symlink on the way, the last included, is followed as if the tree were
 * `/`, so a hostile image cannot lead out of it. Parts that do not exist are taken as they are. Errors: EXEC_MOUNT for a loop.
 */
export function resolveInRoot(root: string, path: string): string {
  const pending = path.split('/').reverse();
  let resolved: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const part = pending.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      resolved.pop();
      continue;
    }
    const here = join(root, ...resolved, part);
    if (lstat(here)?.isSymbolicLink() !== true) {
      resolved.push(part);
      continue;
    }
    if (++links > MAX_LINKS) throw executorError('EXEC_MOUNT', `Cannot resolve ${path} in the image: too many symbolic links`);
    const target = readlinkSync(here);
    if (target.startsWith('/')) resolved = [];
    pending.push(...target.split('/').reverse());
  }
  return `/${resolved.join('/')}`;
}

/** The entry at a resolved path of the tree, or undefined. */
export function lstatInRoot(root: string, resolved: string): Stats | undefined {
  return lstat(join(root, resolved));
}

/** Makes a folder and its missing parents at a resolved path. Returns what was made, the topmost first. Errors: EXEC_MOUNT. */
export function makeFolders(root: string, resolved: string, owner: { readonly uid: number; readonly gid: number }): string[] {
  const made: string[] = [];
  let current = '';
  for (const part of resolved.split('/').filter(Boolean)) {
    current += `/${part}`;
    const path = join(root, current);
    const stat = lstat(path);
    if (stat?.isDirectory()) continue;
    if (stat) throw executorError('EXEC_MOUNT', `Cannot make the folder ${resolved} in the image: ${current} is no folder`);
    mkdirSync(path, 0o755);
    if (owner.uid !== 0 || owner.gid !== 0) chownSync(path, owner.uid, owner.gid);
    made.push(current);
  }
  return made;
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
