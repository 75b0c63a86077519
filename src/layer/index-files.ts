import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { storageError } from '../content/index.ts';
import type { DiffID } from '../oci/index.ts';
import { decodeIndex, encodeIndex, TreeError, type LayerIndex } from '../tree/index.ts';
import { layerError } from './error.ts';

export interface IndexFilesOptions {
  /** Where a layer's index is, or will be. */
  readonly path: (diffID: DiffID) => string;
  /** A path for a new temporary file. */
  readonly temporaryPath: () => string;
  /** Gives a temporary file its name. */
  readonly publish: (temporary: string, final: string) => void;
}

/** Entries of indexes kept in memory, some 40 MB. */
const rememberedEntries = 150_000;

/** The layer indexes on the disk, and the last of them in memory. */
export class IndexFiles {
  readonly #options: IndexFilesOptions;
  readonly #remembered = new Map<DiffID, LayerIndex>();

  constructor(options: IndexFilesOptions) {
    this.#options = options;
  }

  has(diffID: DiffID): boolean {
    return this.#remembered.has(diffID) || existsSync(this.#options.path(diffID));
  }

  /** Errors: LAYER_MISSING. A damaged index is removed, and counts as missing. */
  get(diffID: DiffID): LayerIndex {
    const known = this.#remembered.get(diffID);
    if (known) return known;
    const path = this.#options.path(diffID);
    try {
      return this.#remember(decodeIndex(readFileSync(path)));
    } catch (error) {
      if (error instanceof TreeError) rmSync(path, { force: true });
      else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw layerError('LAYER_MISSING', `Cannot use layer ${diffID}: it has no index in the store`, 'Build again; it is then made anew.', error);
    }
  }

  /** Errors: DISK_FULL. */
  save(index: LayerIndex): void {
    this.#remember(index);
    const final = this.#options.path(index.diffID);
    if (existsSync(final)) return;
    const temporary = this.#options.temporaryPath();
    try {
      writeFileSync(temporary, encodeIndex(index), { flag: 'wx' });
      this.#options.publish(temporary, final);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw storageError(error, 'write a layer index');
    }
  }

  #remember(index: LayerIndex): LayerIndex {
    this.#remembered.delete(index.diffID);
    this.#remembered.set(index.diffID, index);
    let total = 0;
    for (const known of this.#remembered.values()) total += known.entries.length;
    for (const [diffID, known] of this.#remembered) {
      if (total <= rememberedEntries || diffID === index.diffID) break;
      this.#remembered.delete(diffID);
      total -= known.entries.length;
    }
    return index;
  }
}
