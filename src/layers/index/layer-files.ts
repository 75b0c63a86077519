import { lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hexOf, type DiffID } from '../../core/oci/index.ts';
import { storageError, type Store } from '../../host/content/index.ts';
import { renameNew } from '../../host/sys/index.ts';

/** Where the forms of a layer stand in the store, and how one gets there: written under a temporary name, then renamed. A form that has its name is whole. */
export class LayerFiles {
  readonly #store: Store;
  #scratch: string | undefined;
  #temporaryCount = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The folder of a layer's forms, or one of them. */
  path(diffID: DiffID, form?: 'index' | 'tar'): string {
    const folder = join(this.#store.root, 'layers', hexOf(diffID));
    return form === undefined ? folder : join(folder, form);
  }

  /** For a new file or folder, in a folder that its lock shows to be this process's: see Store.tempDir. */
  temporaryPath(): string {
    this.#scratch ??= this.#store.tempDir();
    return join(this.#scratch, String(this.#temporaryCount++));
  }

  temporaryFolder(): string {
    const path = this.temporaryPath();
    mkdirSync(path, 0o700);
    return path;
  }

  /**
   * Gives a form its name. Where another process was faster, ours is dropped: they are equal, and theirs may be mounted already. A file in a folder's place, or the
   * reverse, is removed.
   */
  publish(temporary: string, final: string): void {
    const folder = join(final, '..');
    try {
      if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) this.moveAway(folder);
      mkdirSync(folder, { recursive: true });
      const [ours, theirs] = [temporary, final].map((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory());
      if (theirs !== undefined && ours !== theirs) this.moveAway(final);
      if (ours !== true) renameSync(temporary, final);
      else if (!renameNew(temporary, final)) rmSync(temporary, { recursive: true, force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY') throw storageError(error, 'keep a layer');
      rmSync(temporary, { recursive: true, force: true });
    }
  }

  /** Removes a damaged form. It is out of sight at once; what has it mounted keeps it until this process ends. Errors: STORE_UNUSABLE. */
  moveAway(path: string): void {
    try {
      renameSync(path, this.temporaryPath());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(error, `remove the damaged ${path}`);
    }
  }
}
