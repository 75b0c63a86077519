import { readdirSync, rmSync } from 'node:fs';
import type { DiffID } from '../../core/oci/index.ts';
import {
  isUnpacked,
  damagedLayer,
  type CommitRequest,
  type EnsureDirOptions,
  type LayerCatalog,
  type LayerRecord,
  type WriteLayerRequest,
} from '../../layers/index/index.ts';
import type { LayerPacker } from '../../layers/pack/index.ts';
import { exportDir } from './export-dir.ts';
import { FolderWriter } from './folder-writer.ts';
import { walkUpper } from './walk-upper.ts';
import { writeContents } from './write-contents.ts';

export interface UnpackedLayersOptions {
  readonly layers: LayerCatalog;
  readonly packer: LayerPacker;
  /** Overlayfs keeps its marks in `user.*` attributes: in user namespaces. Default false. */
  readonly userxattr?: boolean;
  /** Owners that do not exist in this user namespace are not set: with a single id. Default false. */
  readonly ignoreOwners?: boolean;
}

/** Makes unpacked layers, which overlayfs mounts, and layers of what a step changed. Their owners and marks can be set only in the worker's namespaces. */
export class UnpackedLayers {
  readonly #layers: LayerCatalog;
  readonly #packer: LayerPacker;
  readonly #overlay: 'trusted' | 'user';
  readonly #ignoreOwners: boolean;

  constructor({ layers, packer, userxattr = false, ignoreOwners = false }: UnpackedLayersOptions) {
    this.#layers = layers;
    this.#packer = packer;
    this.#overlay = userxattr ? 'user' : 'trusted';
    this.#ignoreOwners = ignoreOwners;
  }

  /**
   * The unpacked folders of a chain, lowest first, for a mount. That nothing in them was altered is not checked: only that none was emptied, and that the indexes, which
   * the step's layer is made with, are sound. Errors: LAYER_MISSING where one is not unpacked, LAYER_DAMAGED.
   */
  async folders(chain: readonly DiffID[]): Promise<string[]> {
    const { indexes, folders: all, files } = this.#layers;
    // All are looked at before the first damage is reported: what is found is removed, and made anew at once.
    indexes.verify(chain);
    const folders = await all.ofChain(chain);
    const emptied = chain.filter((diffID, i) => readdirSync(folders[i]!).length === 0 && indexes.get(diffID).entries.some(isUnpacked));
    for (const diffID of emptied) files.moveAway(folders[chain.indexOf(diffID)]!);
    if (emptied[0] !== undefined) throw damagedLayer(emptied[0], 'its unpacked folder was emptied');
    return folders;
  }

  /** As LayerPacker.write, and the unpacked form in the same pass where it is asked for. Errors: those of LayerPacker.write. */
  async write(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    const { entries, forms, sourceDateEpoch } = request;
    if (!forms.dir) return await this.#packer.write(request, signal);
    const path = this.#layers.files.temporaryFolder();
    return await this.#packer.packPlan(entries, { ...forms, sourceDateEpoch, unpacked: { path, sink: this.#writer(path) } }, signal);
  }

  /**
   * Makes a layer from the upper folder of an overlay that is mounted no more; the folder, which is on the store's filesystem, becomes the layer's unpacked form.
   * Errors: as write, and LAYER_INVALID.
   */
  async commitUpper(upper: string, request: CommitRequest, signal: AbortSignal): Promise<LayerRecord> {
    const below = this.#layers.tree(request.below);
    const { entries, kept } = await walkUpper({ upper, below, overlay: this.#overlay, ignoreOwners: this.#ignoreOwners, signal });
    using contents = this.#packer.contents();
    return await this.#packer.pack(entries, contents, { ...request.forms, sourceDateEpoch: request.sourceDateEpoch, unpacked: { path: upper, kept } }, signal);
  }

  /** Sees to it that the layer is unpacked, and returns where. Errors: those of LayerPacker.ensureIndex, and LAYER_UNWRITABLE, DISK_FULL. */
  async ensureDir(diffID: DiffID, signal: AbortSignal, options: EnsureDirOptions = {}): Promise<string> {
    const { below = [], arriving } = options;
    const { files, folders } = this.#layers;
    const present = await this.#layers.folder(diffID, below);
    if (present !== undefined) return present;
    const folder = files.temporaryFolder();
    try {
      const writer = this.#writer(folder);
      if (arriving || this.#layers.hasArchive(diffID)) await this.#packer.unpack(diffID, writer, signal, arriving);
      else await this.#layers.reading([diffID], signal, () => this.#copyFolder(diffID, writer, signal));
      const implied = await folders.implied(diffID, below);
      writer.finish(implied);
      const final = folders.path(diffID, implied);
      files.publish(folder, final);
      return final;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Writes the union of a chain, lowest first, into a folder, which may exist and keeps what else is in it; everything belongs to this process. Errors: LAYER_MISSING,
   * LAYER_UNREADABLE, LAYER_UNWRITABLE.
   */
  async exportDir(layers: readonly DiffID[], destination: string, signal: AbortSignal): Promise<void> {
    await this.#layers.reading(layers, signal, async () => {
      using contents = this.#packer.contents();
      await exportDir({ tree: this.#layers.tree(layers), contents, destination, signal });
    });
  }

  /** Makes an unpacked layer from another one that lies on other chains. */
  async #copyFolder(diffID: DiffID, writer: FolderWriter, signal: AbortSignal): Promise<void> {
    const entries = this.#packer.storedEntries(diffID);
    using contents = this.#packer.contents();
    await contents.prepare(
      entries.flatMap((entry) => entry.content ?? []),
      signal,
    );
    await writeContents(entries, contents, writer, signal);
  }

  #writer(folder: string): FolderWriter {
    return new FolderWriter(folder, { owners: true, ignoreOwners: this.#ignoreOwners, overlay: this.#overlay });
  }
}
