import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isFileDamage, storageError } from '../../host/content/index.ts';
import type { DiffID } from '../../core/oci/index.ts';
import { checkIndex, decodeIndex, encodeIndex, TreeError, type LayerIndex } from '../../core/tree/index.ts';
import { damagedLayer, LayerError, layerError } from './error.ts';

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

  /** Errors: LAYER_MISSING; LAYER_DAMAGED: it was removed. */
  get(diffID: DiffID): LayerIndex {
    return this.#remembered.get(diffID) ?? this.#remember(this.#read(diffID, decodeIndex));
  }

  /** Verifies all of these, without decoding them. Errors: as get; of several that are damaged the first. */
  verify(diffIDs: readonly DiffID[]): void {
    let first: unknown;
    for (const diffID of diffIDs) {
      if (this.#remembered.has(diffID)) continue;
      try {
        this.#read(diffID, checkIndex);
      } catch (error) {
        if (!(error instanceof LayerError) || error.code !== 'LAYER_DAMAGED') throw error;
        first ??= error;
      }
    }
    if (first !== undefined) throw first;
  }

  #read<T extends { readonly diffID: DiffID }>(diffID: DiffID, decode: (file: Buffer) => T): T {
    const path = this.#options.path(diffID);
    let found: string;
    let cause: unknown;
    try {
      const index = decode(readFileSync(path));
      if (index.diffID === diffID) return index;
      found = `its index is that of ${index.diffID}`;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        throw layerError('LAYER_MISSING', `Cannot use layer ${diffID}: it has no index in the store`, 'Build again; it is then made anew.', error);
      }
      if (!(error instanceof TreeError) && !isFileDamage(error)) throw storageError(error, 'read a layer index');
      found = error instanceof TreeError ? 'its index was altered or cut short' : `its index cannot be read (${code})`;
      cause = error;
    }
    // Also a folder in its place: an index can be made anew.
    rmSync(path, { recursive: true, force: true });
    throw damagedLayer(diffID, found, cause);
  }

  /** Errors: DISK_FULL. */
  save(index: LayerIndex): void {
    const final = this.#options.path(index.diffID);
    const isKept = this.#isKept(index.diffID);
    this.#remember(index);
    if (isKept) return;
    const temporary = this.#options.temporaryPath();
    try {
      writeFileSync(temporary, encodeIndex(index), { flag: 'wx' });
      this.#options.publish(temporary, final);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw storageError(error, 'write a layer index');
    }
  }

  #isKept(diffID: DiffID): boolean {
    try {
      return existsSync(this.#options.path(diffID)) && this.#read(diffID, checkIndex).diffID === diffID;
    } catch {
      return false;
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
