import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, hexOf, type DiffID } from '../../core/oci/index.ts';
import { impliedFolder, impliedFolders, layerTree, type LayerEntry, type TreeNode } from '../../core/tree/index.ts';
import { missing } from './error.ts';
import type { IndexFiles } from './index-files.ts';
import { KeptNames } from './kept-names.ts';
import type { LayerFiles } from './layer-files.ts';

export type FolderAttributes = Pick<LayerEntry, 'mode' | 'uid' | 'gid' | 'mtimeSec' | 'mtimeNs' | 'xattrs'>;

/** Attributes of the folders that a layer only implies, by path. */
export type ImpliedAttributes = ReadonlyMap<string, FolderAttributes>;

export interface UnpackedFoldersOptions {
  /** Of the ids that the folders belong to: see IdMapping. */
  readonly mappingID: string | undefined;
  readonly indexes: IndexFiles;
  readonly files: LayerFiles;
}

/** Every unpacked form of a layer has a name that begins with this. */
export const unpackedPrefix = 'unpacked';

/**
 * Which unpacked folder serves a layer on a chain. Folders that a layer only implies have the attributes that they have below, so that a layer with such folders has
 * an unpacked folder for each variant of them. So it is with names that are kept for hard links: see KeptNames. Under another mapping of ids the same files have other
 * owners, so that each mapping has its own folders.
 */
export class UnpackedFolders {
  readonly #options: UnpackedFoldersOptions;

  constructor(options: UnpackedFoldersOptions) {
    this.#options = options;
  }

  /** Where the layer is unpacked over `below`, lowest first; undefined where it is not. */
  async find(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    const linked = await this.#findKept(diffID, below);
    if (linked !== undefined) return linked;
    // Only a layer that implies no folder has this one.
    const usual = this.path(diffID, new Map());
    if (isFolder(usual)) return usual;
    if (![...below, diffID].every((layer) => this.#options.indexes.has(layer))) return undefined;
    const path = this.path(diffID, await this.implied(diffID, below));
    return isFolder(path) ? path : undefined;
  }

  /** The unpacked folders of a chain, lowest first. Errors: LAYER_MISSING where one is not unpacked. */
  async ofChain(chain: readonly DiffID[]): Promise<string[]> {
    const folders: string[] = [];
    for (const [i, diffID] of chain.entries()) {
      const folder = await this.find(diffID, chain.slice(0, i));
      if (folder === undefined) throw missing(diffID);
      folders.push(folder);
    }
    return folders;
  }

  /** An unpacked form of the layer, whichever it is: the contents of files are the same in all of them. */
  any(diffID: DiffID): string | undefined {
    const usual = this.path(diffID, new Map());
    return isFolder(usual) ? usual : this.all(diffID)[0];
  }

  /** Every unpacked form of the layer. */
  all(diffID: DiffID): string[] {
    const folder = this.#options.files.path(diffID);
    const prefix = this.#prefix;
    if (!isFolder(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name === prefix || name.startsWith(`${prefix}-`))
      .map((name) => join(folder, name))
      .filter(isFolder);
  }

  /** What the layer's implied folders are over `below`, lowest first. Errors: LAYER_MISSING where an index is not in the store. */
  async implied(diffID: DiffID, below: readonly DiffID[]): Promise<ImpliedAttributes> {
    const { indexes } = this.#options;
    const paths = impliedFolders(indexes.get(diffID).entries);
    const tree = layerTree([...below, diffID], async (layer) => indexes.get(layer));
    const found = new Map<string, FolderAttributes>();
    for (const path of paths) found.set(path, (await tree.lookup(path))!);
    return found;
  }

  /** Where the layer is, or will be, unpacked with these attributes. */
  path(diffID: DiffID, implied: ImpliedAttributes): string {
    return join(this.#options.files.path(diffID), implied.size === 0 ? this.#prefix : `${this.#prefix}-${digestOfImplied(implied)}`);
  }

  /** Records names that an unpacked folder of the layer keeps for hard links. Returns where that folder belongs. */
  recordKept(diffID: DiffID, names: readonly TreeNode[]): string {
    const { files } = this.#options;
    const kept = new KeptNames(names);
    const temporary = files.temporaryPath();
    kept.write(temporary);
    files.publish(temporary, join(files.path(diffID), kept.recordName));
    return this.#keptPath(diffID, kept);
  }

  async #findKept(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    const { indexes, files } = this.#options;
    for (const kept of KeptNames.recordedIn(files.path(diffID))) {
      const path = this.#keptPath(diffID, kept);
      if (!isFolder(path) || !below.every((layer) => indexes.has(layer))) continue;
      if (await kept.areIn(layerTree(below, async (layer) => indexes.get(layer)))) return path;
    }
    return undefined;
  }

  #keptPath(diffID: DiffID, kept: KeptNames): string {
    return join(this.#options.files.path(diffID), `${this.#prefix}-${kept.id}`);
  }

  get #prefix(): string {
    return unpackedPrefixOf(this.#options.mappingID);
  }
}

/** The implied folders of a layer that lies on nothing. */
export function impliedByDefault(entries: readonly LayerEntry[]): ImpliedAttributes {
  return new Map(impliedFolders(entries).map((path) => [path, impliedFolder(path)]));
}

/** Whether an entry surely shows in the unpacked folder of its layer. Its root is the folder itself, and a device, with its hard links, may be left out. */
export function isUnpacked({ path, type, whiteout }: LayerEntry): boolean {
  return path !== '' && (whiteout !== undefined || (type !== 'char' && type !== 'block' && type !== 'hardlink'));
}

/** What the names of unpacked folders begin with that belong to the ids of this mapping. */
export function unpackedPrefixOf(mappingID: string | undefined): string {
  return mappingID === undefined ? unpackedPrefix : `${unpackedPrefix}-${mappingID}`;
}

function digestOfImplied(implied: ImpliedAttributes): string {
  const lines = [...implied].map(([path, { mode, uid, gid, mtimeSec, mtimeNs, xattrs }]) =>
    JSON.stringify([path, mode, uid, gid, mtimeSec, mtimeNs, Object.entries(xattrs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return hexOf(digestOf(lines.sort().join('\n'))).slice(0, 32);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
