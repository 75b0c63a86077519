import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and its missing parents, and returns the first that it made, if any. Node's own recursion never ends where a filesystem refuses a folder with ENOENT,
 * as /proc does, and reports ENOENT for a read-only filesystem. Errors: those of mkdir.
 */
export function makeFolders(path: string, mode?: number): string | undefined {
  if (isFolder(path)) return undefined;
  const parent = dirname(path);
  // A working folder that was removed is no folder, and its own parent.
  const first = parent === path ? undefined : makeFolders(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have made it since.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(path)) throw error;
    return first;
  }
  return first ?? path;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
