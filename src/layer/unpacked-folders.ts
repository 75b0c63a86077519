import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, hexOf, type DiffID } from '../oci/index.ts';
import { impliedFolder, impliedFolders, layerTree, type LayerEntry } from '../tree/index.ts';
import { missing } from './contents.ts';
import type { FolderAttributes } from './folder-writer.ts';
import type { IndexFiles } from './index-files.ts';

/** Attributes of the folders that a layer only implies, by path. */
export type ImpliedAttributes = ReadonlyMap<string, FolderAttributes>;

export interface UnpackedFoldersOptions {
  readonly indexes: IndexFiles;
  /** The layer's folder of forms. */
  readonly path: (diffID: DiffID) => string;
}

/** Every unpacked form of a layer has a name that begins with this. */
const prefix = 'unpacked';

/**
 * Which unpacked folder serves a layer on a chain. Folders that a layer only implies have the attributes that they have below, so that a layer with such folders has
 * an unpacked folder for each variant of them.
 */
export class UnpackedFolders {
  readonly #options: UnpackedFoldersOptions;

  constructor(options: UnpackedFoldersOptions) {
    this.#options = options;
  }

  /** Where the layer is unpacked over `below`, lowest first; undefined where it is not. */
  async find(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    // Only a layer that implies no folder has this one.
    const usual = this.path(diffID, new Map());
    if (existsSync(usual)) return usual;
    if (![...below, diffID].every((layer) => this.#options.indexes.has(layer))) return undefined;
    const path = this.path(diffID, await this.implied(diffID, below));
    return existsSync(path) ? path : undefined;
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
    if (existsSync(usual)) return usual;
    const folder = this.#options.path(diffID);
    const name = existsSync(folder) ? readdirSync(folder).find((form) => form.startsWith(prefix)) : undefined;
    return name === undefined ? undefined : join(folder, name);
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
    return join(this.#options.path(diffID), nameOf(implied));
  }
}

/** The implied folders of a layer that lies on nothing. */
export function impliedByDefault(entries: readonly LayerEntry[]): ImpliedAttributes {
  return new Map(impliedFolders(entries).map((path) => [path, impliedFolder(path)]));
}

function nameOf(implied: ImpliedAttributes): string {
  if (implied.size === 0) return prefix;
  const lines = [...implied].map(([path, { mode, uid, gid, mtimeSec, mtimeNs, xattrs }]) =>
    JSON.stringify([path, mode, uid, gid, mtimeSec, mtimeNs, Object.entries(xattrs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return `${prefix}-${hexOf(digestOf(lines.sort().join('\n'))).slice(0, 32)}`;
}
