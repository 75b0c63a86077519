import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { storageError } from './error.ts';
import { tryLock, type Lock } from './lock.ts';

/** What `sweep` did. */
export interface SweepResult {
  readonly removed: readonly string[];
  /** Folders that this user may not remove; a worker with the right user namespace can. They are tried again by the next sweep. */
  readonly failed: readonly string[];
}

/**
 * Temporary files of one process below `root/tmp`: a folder of its own with a lock beside it. What belongs to a dead process is known by its free lock.
 * The lock is made before the folder and removed after it, so a folder without a lock is dead too.
 */
export class TempArea {
  readonly #root: string;
  #own: { readonly folder: string; readonly lock: Lock } | undefined;
  #count = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** A path for a new file; nothing is there yet. Errors: DISK_FULL, STORE_UNUSABLE. */
  path(): string {
    this.#own ??= this.#claim();
    return join(this.#own.folder, String(this.#count++));
  }

  /** A fresh empty folder. Errors: DISK_FULL, STORE_UNUSABLE. */
  folder(): string {
    const path = this.path();
    try {
      mkdirSync(path, 0o700);
      return path;
    } catch (error) {
      throw storageError(error, 'make a temporary folder');
    }
  }

  /** Removes what dead processes left. */
  sweep(): SweepResult {
    const removed: string[] = [];
    const failed: string[] = [];
    const names = readdirSync(this.#root);
    const owners = new Set(names.map((name) => name.replace(/\.lock(-journal)?$/, '')));
    for (const owner of owners) {
      const folder = join(this.#root, owner);
      if (folder === this.#own?.folder) continue;
      const lock = tryLock(`${folder}.lock`, 'exclusive', 0);
      if (!lock) continue;
      try {
        rmSync(folder, { recursive: true, force: true });
        removed.push(folder);
      } catch {
        failed.push(folder);
      } finally {
        lock.release();
      }
    }
    return { removed, failed };
  }

  /** Removes everything of this process. */
  close(): void {
    if (!this.#own) return;
    const { folder, lock } = this.#own;
    this.#own = undefined;
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The next sweep tries again, or reports it.
    }
    lock.release();
  }

  #claim(): { folder: string; lock: Lock } {
    try {
      for (;;) {
        const folder = join(this.#root, crypto.randomUUID());
        const lock = tryLock(`${folder}.lock`);
        if (!lock) continue;
        mkdirSync(folder, 0o700);
        return { folder, lock };
      }
    } catch (error) {
      throw storageError(error, 'make a temporary folder');
    }
  }
}
