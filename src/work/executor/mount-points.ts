import { lstatSync, mkdirSync, readdirSync, rmdirSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { executorError } from '../protocol/index.ts';
import { lstatInRoot, makeFolders, resolveInRoot } from './root-path.ts';

const rootOwner = { uid: 0, gid: 0 };

/** Where the runtime mounts filesystems of its own. */
export const systemTargets = ['/proc', '/dev', '/sys'] as const;

/** Makes something to mount on at a resolved path of a tree where nothing is. Returns what was made, the topmost first. Errors: EXEC_MOUNT. */
export function makePlace(root: string, resolved: string, kind: 'dir' | 'file'): string[] {
  const made = makeFolders(root, kind === 'dir' ? resolved : dirname(resolved), rootOwner);
  if (kind === 'dir') return made;
  writeFileSync(join(root, resolved), '', { flag: 'wx', mode: 0o644 });
  return [...made, resolved];
}

/** The places in a root filesystem that were made only to mount something over them. */
export class MountPoints {
  readonly #root: string;
  /** In the order in which they were made: parents first. */
  readonly #made: string[] = [];

  /** `root` is the mounted root filesystem. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folders that the runtime mounts on; what was missing stays in the layer, as with docker build. */
  makeSystemFolders(): void {
    for (const path of systemTargets) if (!lstatInRoot(this.#root, path)) mkdirSync(join(this.#root, path), 0o755);
  }

  /** Sees to it that there is something to mount on, and returns its path with all symlinks resolved. Errors: EXEC_MOUNT. */
  ensure(target: string, kind: 'dir' | 'file'): string {
    const resolved = resolveInRoot(this.#root, target);
    const found = lstatInRoot(this.#root, resolved);
    if (found) {
      if (found.isDirectory() !== (kind === 'dir')) {
        throw executorError(
          'EXEC_MOUNT',
          `Cannot mount a ${kind === 'dir' ? 'folder' : 'file'} on ${target}: the image has a ${found.isDirectory() ? 'folder' : 'file'} there`,
        );
      }
      return resolved;
    }
    this.#made.push(...makePlace(this.#root, resolved, kind));
    return resolved;
  }

  /** What was made, in TreeNode.path form. */
  get made(): readonly string[] {
    return this.#made.map((path) => path.slice(1));
  }

  /**
   * Takes away again what was made and is still empty, from the folder of changes after the root filesystem was unmounted; times of the folders above are kept,
   * as docker build does.
   */
  remove(changes: string): void {
    for (const resolved of this.#made.toReversed()) {
      // The step may have put a symlink in the way, which would lead out of the folder.
      if (resolveInRoot(changes, resolved) !== resolved) continue;
      const path = join(changes, resolved);
      try {
        const stat = lstatSync(path);
        const isEmpty = stat.isDirectory() ? readdirSync(path).length === 0 : stat.isFile() && stat.size === 0;
        if (!isEmpty) continue;
        const { atimeMs, mtimeMs } = statSync(dirname(path));
        if (stat.isDirectory()) rmdirSync(path);
        else unlinkSync(path);
        utimesSync(dirname(path), atimeMs / 1000, mtimeMs / 1000);
      } catch (error) {
        // The step itself took it away.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
      }
    }
  }
}
