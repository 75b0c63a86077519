import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where the programs of a system usually are, for a PATH that is short of them (an ordinary user's often lacks sbin). */
const usualFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The absolute path of an executable, from PATH and then the usual folders; undefined where there is none. */
export function findProgram(name: string, pathVariable: string | undefined): string | undefined {
  const folders = [...(pathVariable ?? '').split(delimiter).filter((folder) => folder.startsWith('/')), ...usualFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
