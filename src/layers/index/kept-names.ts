import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, hexOf } from '../../core/oci/index.ts';
import type { FileTree, TreeNode } from '../../core/tree/index.ts';

const recordPrefix = 'kept-';

/**
 * Names of files of the layers below to which a step made a hard link, and the folders that lead to them. The layer has only the new name, as a file of its own. In the
 * unpacked folder that the step left, both names are one file, and later steps see that. Where the layers below have something else at those paths, that folder would
 * hide it: the names are recorded beside the layer's forms, and the folder serves only chains that have just these.
 */
export class KeptNames {
  /** Differs from that of other names. */
  readonly id: string;
  readonly #text: string;

  constructor(names: readonly TreeNode[] | string) {
    this.#text = typeof names === 'string' ? names : `${names.map(factsOf).join('\n')}\n`;
    this.id = hexOf(digestOf(this.#text)).slice(0, 32);
  }

  /** Those that are recorded in the folder of a layer's forms. A damaged record is ignored: steps then see the names as separate files. */
  static recordedIn(folder: string): KeptNames[] {
    return namesIn(folder)
      .filter((name) => name.startsWith(recordPrefix))
      .flatMap((name) => {
        const text = textOf(join(folder, name));
        const kept = text === undefined ? undefined : new KeptNames(text);
        return kept !== undefined && name === kept.recordName ? [kept] : [];
      });
  }

  /** The name of its record in the folder of the layer's forms. */
  get recordName(): string {
    return `${recordPrefix}${this.id}`;
  }

  /** Writes the record to a new file. */
  write(path: string): void {
    writeFileSync(path, this.#text, { flag: 'wx' });
  }

  /** Whether the tree has each of them, just as it was. */
  async areIn(tree: Pick<FileTree, 'lookup'>): Promise<boolean> {
    for (const line of this.#text.trimEnd().split('\n')) {
      const [path] = JSON.parse(line) as [string];
      const node = await tree.lookup(path);
      if (node === undefined || factsOf(node) !== line) return false;
    }
    return true;
  }
}

/** A file has the same facts under each of its names. */
function factsOf({ path, type, mode, uid, gid, size, mtimeSec, mtimeNs, digest, xattrs }: TreeNode): string {
  const sorted = Object.entries(xattrs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([path, type === 'hardlink' ? 'file' : type, mode, uid, gid, size, mtimeSec, mtimeNs, digest, sorted]);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
