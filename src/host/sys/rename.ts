import { renameSync } from 'node:fs';
import { cString, libc } from './libc.ts';

const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;
const RENAMEAT2 = 'int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, unsigned int flags)';

/**
 * Renames a folder; false where something has that name already. Plain rename(2) replaces an empty folder, even one that is mounted elsewhere; it is used only on
 * filesystems without RENAME_NOREPLACE. Errors: those of rename(2).
 */
export function renameNew(from: string, to: string): boolean {
  if (libc.bind(RENAMEAT2)(AT_FDCWD, cString(from), AT_FDCWD, cString(to), RENAME_NOREPLACE) === 0) return true;
  if (libc.errno() === 'EEXIST') return false;
  renameSync(from, to);
  return true;
}
