import { accessSync, constants, openSync, closeSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolders } from '../../core/stream/index.ts';
import { ExporterError, unwritable } from './error.ts';

/** Whether an output can be written, before anything is built for it. Makes nothing. Errors: OUTPUT_UNWRITABLE. */
export function checkDestination(path: string, kind: 'file' | 'folder'): void {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (kind === 'file') {
      if (stats?.isDirectory() === true) throw named(path, 'it is a folder', 'Name a file.');
      if (stats === undefined) checkFolder(dirname(path));
      else accessSync(path, constants.W_OK);
      return;
    }
    let folder = path;
    while (statSync(folder, { throwIfNoEntry: false }) === undefined) folder = dirname(folder);
    checkFolder(folder);
  } catch (error) {
    throw error instanceof ExporterError ? error : unwritable(path, error);
  }
}

function checkFolder(path: string): void {
  if (!statSync(path).isDirectory()) throw named(path, 'it is no folder', 'Name another place.');
  accessSync(path, constants.W_OK | constants.X_OK);
}

function named(path: string, found: string, hint: string): ExporterError {
  return new ExporterError('OUTPUT_UNWRITABLE', `Cannot write ${path}: ${found}`, { family: 'filesystem', hint });
}

/** A file that gets its name, whole, by `commit`; disposed without it, nothing is left. */
export interface StagedFile extends Disposable {
  /** Where to write. */
  readonly path: string;
  commit(): void;
}

/** Errors: OUTPUT_UNWRITABLE. Pipes and devices are written to directly. */
export function stageFile(path: string): StagedFile {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) throw named(path, 'it is a folder', 'Name a file.');
    if (stats !== undefined && !stats.isFile()) return { path, commit: () => {}, [Symbol.dispose]: () => {} };
    const target = stats === undefined ? path : realpathSync(path);
    const aside = asideOf(target);
    closeSync(openSync(aside, 'wx'));
    let committed = false;
    return {
      path: aside,
      commit: () => {
        try {
          renameSync(aside, target);
          committed = true;
        } catch (error) {
          throw unwritable(path, error);
        }
      },
      [Symbol.dispose]: () => {
        if (!committed) rmSync(aside, { force: true });
      },
    };
  } catch (error) {
    throw error instanceof ExporterError ? error : unwritable(path, error);
  }
}

/** Folders that were made for an output: disposed without `commit`, those that were not there before are removed with all in them. */
export class StagedFolders implements Disposable {
  readonly #made: string[] = [];

  /** Makes a folder and its missing parents. Errors: OUTPUT_UNWRITABLE. */
  make(path: string): void {
    try {
      const first = makeFolders(path);
      if (first !== undefined) this.#made.push(first);
    } catch (error) {
      // Its parents are there, so it is not for want of them.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw named(path, 'its filesystem allows no new folders', 'Name another place.');
      throw unwritable(path, error);
    }
  }

  commit(): void {
    this.#made.length = 0;
  }

  [Symbol.dispose](): void {
    for (const folder of this.#made.toReversed()) rmSync(folder, { recursive: true, force: true });
    this.#made.length = 0;
  }
}

/** A name beside a file, for what is to become that file. */
export function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
}
