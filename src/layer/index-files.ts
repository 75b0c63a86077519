import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { storageError } from '../content/index.ts';
import type { DiffID } from '../oci/index.ts';
import { checkIndex, decodeIndex, encodeIndex, TreeError, type LayerIndex } from '../tree/index.ts';
import { damagedLayer, layerError } from './error.ts';

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

  /** How many entries the index has; it is verified, but not decoded. Errors: as get. */
  count(diffID: DiffID): number {
    return this.#remembered.get(diffID)?.entries.length ?? this.#read(diffID, checkIndex).count;
  }

  #read<T extends { readonly diffID: DiffID }>(diffID: DiffID, decode: (file: Buffer) => T): T {
    const path = this.#options.path(diffID);
    try {
      const index = decode(readFileSync(path));
      if (index.diffID !== diffID) throw damagedLayer(diffID, `its index is that of ${index.diffID}`);
      return index;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        throw layerError('LAYER_MISSING', `Cannot use layer ${diffID}: it has no index in the store`, 'Build again; it is then made anew.', error);
      }
      // Also what cannot be read, and a folder in its place: an index can be made anew.
      rmSync(path, { recursive: true, force: true });
      throw damagedLayer(diffID, error instanceof TreeError ? 'its index was altered or cut short' : `its index cannot be read (${code})`, error);
    }
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
