import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageError, type Faults } from '../usage-error.ts';

/** The Dockerfiles that the arguments of `ossb check` name: files as they are, folders searched. Without arguments this folder is searched. Sorted within a folder. */
export function findDockerfiles(args: readonly string[], cwd: string, faults: Faults): string[] {
  const found = (args.length === 0 ? ['.'] : args).flatMap((path) => {
    if (path === '-') return [path];
    const stats = statSync(resolve(cwd, path), { throwIfNoEntry: false });
    if (stats === undefined) {
      faults.add(usageError('ARGUMENTS', `Cannot check ${JSON.stringify(path)}: there is no such file or folder`));
      return [];
    }
    if (!stats.isDirectory()) return [path];
    const files = searchFolder(cwd, path);
    if (files.length === 0)
      faults.add(
        usageError('ARGUMENTS', `Cannot check ${JSON.stringify(path)}: no Dockerfile was found in it`, 'Name the file itself, whatever it is called.'),
      );
    return files;
  });
  return [...new Set(found)];
}

const skippedFolders: readonly string[] = ['.git', 'node_modules'];

/** Links to folders are not followed, so that the search ends. */
function searchFolder(cwd: string, folder: string): string[] {
  const entries = readdirSync(resolve(cwd, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = folder === '.' ? entry.name : join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.includes(entry.name) ? [] : searchFolder(cwd, path);
    return isDockerfileName(entry.name) ? [path] : [];
  });
}

/** `Dockerfile`, `Containerfile`, `Dockerfile.web`, `web.Dockerfile`; no `.dockerignore` files. */
export function isDockerfileName(name: string): boolean {
  return /^(dockerfile|containerfile)(\..+)?$|\.(dockerfile|containerfile)$/i.test(name) && !/\.(dockerignore|containerignore)$/i.test(name);
}
