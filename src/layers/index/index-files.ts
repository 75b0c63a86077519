import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isFileDamage, storageError } from '../../host/content/index.ts';
import type { DiffID } from '../../core/oci/index.ts';
import { checkIndex, decodeIndex, encodeIndex, TreeError, type LayerIndex } from '../../core/tree/index.ts';
import { damagedLayer, LayerError, layerError } from './error.ts';
import type { LayerFiles } from './layer-files.ts';

/** Entries of indexes kept in memory, some 40 MB. */
const rememberedEntries = 150_000;

/** The layer indexes on the disk, and the last of them in memory. */
export class IndexFiles {
  readonly #files: LayerFiles;
  readonly #remembered = new Map<DiffID, LayerIndex>();

  constructor(files: LayerFiles) {
    this.#files = files;
  }

  has(diffID: DiffID): boolean {
    return this.#remembered.has(diffID) || existsSync(this.#files.path(diffID, 'index'));
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
    const path = this.#files.path(diffID, 'index');
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
    const final = this.#files.path(index.diffID, 'index');
    const isKept = this.#isKept(index.diffID);
    this.#remember(index);
    if (isKept) return;
    const temporary = this.#files.temporaryPath();
    try {
      writeFileSync(temporary, encodeIndex(index), { flag: 'wx' });
      this.#files.publish(temporary, final);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw storageError(error, 'write a layer index');
    }
  }

  #isKept(diffID: DiffID): boolean {
    try {
      return existsSync(this.#files.path(diffID, 'index')) && this.#read(diffID, checkIndex).diffID === diffID;
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
