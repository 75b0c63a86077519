import { existsSync } from 'node:fs';
import { isFileDamage, type BlobStore } from '../../host/content/index.ts';
import { BuildError } from '../../core/errors.ts';
import type { DiffID } from '../../core/oci/index.ts';
import type { LayerIndex } from '../../core/tree/index.ts';
import type { BlobTable } from './blob-table.ts';
import { damagedLayer } from './error.ts';
import { findFolderDamage, findTarDamage } from './find-damage.ts';
import type { LayerFiles } from './layer-files.ts';

export interface DamagedFormsOptions {
  readonly blobs: BlobStore;
  readonly table: BlobTable;
  readonly files: LayerFiles;
  /** All unpacked folders of the layer. */
  readonly folders: (diffID: DiffID) => readonly string[];
  /** Undefined where there is none. Errors: LAYER_DAMAGED. */
  readonly index: (diffID: DiffID) => LayerIndex | undefined;
}

/** Looks for damage when work with a layer has failed, and removes the forms that have it. A layer that is never in doubt is never read for this. */
export class DamagedForms {
  readonly #options: DamagedFormsOptions;

  constructor(options: DamagedFormsOptions) {
    this.#options = options;
  }

  /** The error of work that read these layers, or LAYER_DAMAGED where a form of one of them turns out to be damaged, and was removed. */
  async explain(error: unknown, diffIDs: readonly DiffID[], signal: AbortSignal): Promise<unknown> {
    if (signal.aborted || !canComeOfDamage(error)) return error;
    for (const diffID of new Set(diffIDs)) {
      const found = await this.#remove(diffID, signal);
      if (found !== undefined) return damagedLayer(diffID, found, error);
    }
    return error;
  }

  /** Returns what was found. */
  async #remove(diffID: DiffID, signal: AbortSignal): Promise<string | undefined> {
    const { blobs, table, files, folders, index } = this.#options;
    const tar = files.path(diffID, 'tar');
    const tarDamage = existsSync(tar) ? await findTarDamage(tar, diffID, signal) : undefined;
    if (tarDamage !== undefined) files.moveAway(tar);
    let blobDamage: string | undefined;
    for (const blob of table.of(diffID)) {
      blobs.doubt(blob.digest);
      if (!(await blobs.isSound(blob.digest, blob.size, signal))) blobDamage = `its blob ${blob.digest} was altered or cut short`;
    }
    let folderDamage: string | undefined;
    for (const folder of folders(diffID)) {
      const entries = index(diffID);
      const damage = entries === undefined ? undefined : await findFolderDamage(folder, entries, signal);
      if (damage !== undefined) files.moveAway(folder);
      folderDamage ??= damage;
    }
    return tarDamage ?? blobDamage ?? folderDamage;
  }
}

/** Whether an error is one that reading a damaged form can cause. */
function canComeOfDamage(error: unknown): boolean {
  if (error instanceof BuildError) return readingCodes.has(error.code) || /^(STREAM|TAR)_/.test(error.code);
  return (error as NodeJS.ErrnoException).code === 'ENOENT' || isFileDamage(error);
}

const readingCodes: ReadonlySet<string> = new Set([
  'BLOB_MISSING',
  'LAYER_SOURCE_CHANGED',
  'LAYER_UNREADABLE',
  'LAYER_INVALID',
  'LAYER_MISMATCH',
  // Damage that decompresses can look like anything.
  'LAYER_HOSTILE',
]);
