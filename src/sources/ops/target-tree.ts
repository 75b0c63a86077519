import { comparePaths, joinPath, parentOf, type ContentSource, type EntryType, type FileTree, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import type { Digest } from '../../core/oci/index.ts';
import { OpsError } from './error.ts';
import { elements } from './paths.ts';
import type { Turns } from './turns.ts';

/** Owner, mode and times of something that is put into a tree. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSec: number;
  readonly mtimeNs: number;
  readonly xattrs?: Readonly<Record<string, string>>;
}

/** What lies behind one or several names. */
export interface Inode extends Attributes {
  readonly type: Exclude<EntryType, 'hardlink'>;
  readonly size: number;
  readonly link?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly digest?: Digest;
  readonly content?: ContentSource;
}

/** What a folder that is made takes from a setgid folder that it is made in, as the kernel has it. */
export interface Inherited {
  /** The group: where no owner was asked for. */
  readonly group: boolean;
  readonly setgid: boolean;
}

const setgid = 0o2000;

interface Staged {
  inode: Inode;
  /** A folder that did not exist below, so that none of its children can. */
  readonly fresh: boolean;
}

/** A tree that is being changed: what was put on top of a base that is only read. Its changes are the entries of a layer. Paths are in TreeNode.path form. */
export class TargetTree {
  readonly #base: FileTree | undefined;
  readonly #staged = new Map<string, Staged>();
  /** By folder, its children that were put, or that hold what was put. Those that were removed again may be among them. */
  readonly #children = new Map<string, Set<string>>();
  /** Paths of the base that were removed, with all that is below them. */
  readonly #hidden = new Map<string, TreeNode>();

  constructor(base: FileTree | undefined) {
    this.#base = base;
  }

  async lookup(path: string): Promise<TreeNode | undefined> {
    return this.find(path);
  }

  /** As lookup, at once where the base need not be asked. */
  find(path: string): Promise<TreeNode | undefined> | TreeNode | undefined {
    const staged = this.#staged.get(path);
    if (staged !== undefined) return nodeOf(path, staged.inode);
    if (path === '') return this.#rootNode();
    for (let parent = path; ;) {
      if (this.#hidden.has(parent)) return undefined;
      if (parent === '') break;
      parent = parentOf(parent);
      const above = this.#staged.get(parent);
      if (above !== undefined && (above.fresh || above.inode.type !== 'dir')) return undefined;
    }
    return this.#base?.lookup(path);
  }

  /** Makes the folder and its missing parents. The path must be free of symlinks. Errors: NOT_A_FOLDER. */
  async makeFolders(path: string, attributes: Attributes, inherited: Inherited): Promise<void> {
    if ((await this.lookup(path))?.type === 'dir') return;
    let at = '';
    let above = await this.lookup('');
    for (const element of elements(path)) {
      at = joinPath(at, element);
      let node = await this.lookup(at);
      if (node === undefined) {
        const { mode, gid } = attributes;
        const own = (above!.mode & setgid) === 0 ? {} : { mode: inherited.setgid ? mode | setgid : mode, gid: inherited.group ? above!.gid : gid };
        const made: Inode = { ...attributes, ...own, type: 'dir', size: 0 };
        this.put(at, made, undefined);
        node = nodeOf(at, made);
      } else if (node.type !== 'dir') throw notAFolder(at, node);
      above = node;
    }
  }

  /** Puts an inode at a path whose parent is there. `existing` is what `lookup` gave for the path; what is not a folder meeting a folder is replaced. */
  put(path: string, inode: Inode, existing: TreeNode | undefined): void {
    const merges = existing?.type === 'dir' && inode.type === 'dir';
    if (existing !== undefined && !merges) this.remove(path, existing);
    const before = this.#staged.get(path);
    this.#link(path);
    this.#staged.set(path, { inode, fresh: merges ? (before?.fresh ?? false) : inode.type === 'dir' });
  }

  /** Whether the base has just this at the path, so that there is no need to put it. `digest` is asked only where all else is equal. */
  async has(path: string, inode: Inode, existing: TreeNode | undefined, digest: () => Promise<Digest>): Promise<boolean> {
    if (existing === undefined || this.#staged.has(path)) return false;
    const type = existing.type === 'hardlink' ? 'file' : existing.type;
    if (type !== inode.type || !sameAttributes(inode, existing)) return false;
    if (inode.mtimeSec !== existing.mtimeSec || inode.link !== (type === 'symlink' ? existing.link : undefined)) return false;
    if (type === 'file') return inode.size === existing.size && (inode.digest ?? (await digest())) === (await this.#base!.contentDigest(existing));
    return inode.major === existing.major && inode.minor === existing.minor;
  }

  /** As `has`, for a folder; times do not count. */
  hasFolder(path: string, inode: Inode, existing: TreeNode | undefined): boolean {
    return inode.type === 'dir' && existing?.type === 'dir' && !this.#staged.has(path) && sameAttributes(inode, existing);
  }

  /** What was put at the path. */
  inodeAt(path: string): Inode | undefined {
    return this.#staged.get(path)?.inode;
  }

  /** Replaces attributes of an inode that was put before, under all its names. */
  change(inode: Inode, attributes: Partial<Attributes>): void {
    Object.assign(inode, attributes);
  }

  /** What is at the path, which is no folder, ready to get more names: of the base it is put into this tree first. Undefined where nothing is. */
  async adopt(path: string): Promise<Inode | undefined> {
    const staged = this.inodeAt(path);
    if (staged !== undefined) return staged;
    const node = await this.lookup(path);
    if (node === undefined) return undefined;
    const { path: _path, type, link, ...rest } = node;
    const isFile = type === 'file' || type === 'hardlink';
    const inode: Inode = isFile
      ? { ...rest, type: 'file', content: await this.#base!.content(node) }
      : { ...rest, type, ...(link === undefined ? {} : { link }) };
    this.put(path, inode, node);
    return inode;
  }

  /** Removes the path and what is below it. `existing` is what `lookup` gave. */
  remove(path: string, existing: TreeNode): void {
    const staged = this.#staged.get(path);
    if (existing.type === 'dir') this.#removeBelow(path);
    this.#staged.delete(path);
    if (staged === undefined) this.#hidden.set(path, existing);
    else if (staged.inode.type === 'dir' && !staged.fresh) this.#hidden.set(path, existing);
  }

  #removeBelow(path: string): void {
    const folders = [path];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const child of this.#children.get(folder) ?? []) {
        this.#staged.delete(child);
        folders.push(child);
      }
      this.#children.delete(folder);
    }
  }

  /** Has the path among the children of its folder, and that folder among those of its own. */
  #link(path: string): void {
    for (let at = path; at !== ''; at = parentOf(at)) {
      const siblings = this.#children.get(parentOf(at));
      if (siblings !== undefined) {
        siblings.add(at);
        return;
      }
      this.#children.set(parentOf(at), new Set([at]));
    }
  }

  /**
   * The entries of the layer that makes the base into this tree, parents first, sorted by path. Folders of the base that something was put into come along as they
   * are there, so that the layer says the same wherever it is unpacked.
   */
  async entries(turns: Turns): Promise<PlanEntry[]> {
    const removed = [...this.#hidden.keys()].filter((path) => !this.#isBelowHidden(path));
    const changed = new Set([...this.#staged.keys(), ...removed]);
    const parents = await this.#parentsOf(changed, turns);
    const firstNames = new Map<Inode, string>();
    const entries: PlanEntry[] = [];
    for (const path of [...changed, ...parents.keys()].sort(comparePaths)) {
      await turns.give();
      const parent = parents.get(path);
      const staged = this.#staged.get(path);
      const hidden = this.#hidden.get(path);
      if (parent !== undefined) {
        entries.push(parent);
        continue;
      }
      if (staged === undefined) {
        entries.push({ ...nodeOf(path, removedInode), whiteout: 'whiteout' });
        continue;
      }
      const first = firstNames.get(staged.inode);
      if (first !== undefined && staged.inode.type !== 'dir') {
        const { content: _content, digest: _digest, size: _size, ...rest } = staged.inode;
        entries.push({ path, ...rest, type: 'hardlink', size: 0, link: first });
        continue;
      }
      firstNames.set(staged.inode, path);
      const opaque = staged.inode.type === 'dir' && hidden?.type === 'dir';
      entries.push(opaque ? { path, ...staged.inode, whiteout: 'opaque' } : { path, ...staged.inode });
    }
    return entries;
  }

  /** Folders of the base above the paths. The root is not among them, as in docker build's layers. */
  async #parentsOf(paths: ReadonlySet<string>, turns: Turns): Promise<Map<string, TreeNode>> {
    const parents = new Map<string, TreeNode>();
    for (const path of paths) {
      await turns.give();
      for (let parent = parentOf(path); parent !== '' && !paths.has(parent) && !parents.has(parent); parent = parentOf(parent)) {
        parents.set(parent, (await this.#base?.lookup(parent)) ?? nodeOf(parent, rootInode));
      }
    }
    return parents;
  }

  async #rootNode(): Promise<TreeNode> {
    return (await this.#base?.lookup('')) ?? nodeOf('', rootInode);
  }

  #isBelowHidden(path: string): boolean {
    for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
      if (this.#hidden.has(parent) || this.#staged.get(parent)?.fresh === true) return true;
      const above = this.#staged.get(parent);
      if (above !== undefined && above.inode.type !== 'dir') return true;
    }
    return false;
  }
}

export function sameAttributes(a: Attributes, b: Attributes): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  const names = Object.keys(a.xattrs ?? {});
  return names.length === Object.keys(b.xattrs ?? {}).length && names.every((name) => a.xattrs?.[name] === b.xattrs?.[name]);
}

export function notAFolder(path: string, found: TreeNode): OpsError {
  return new OpsError('NOT_A_FOLDER', `Cannot make folder /${path}: a ${kindNames[found.type]} is there`, {
    family: 'filesystem',
    hint: 'Choose another destination, or remove what is there in an earlier step.',
  });
}

export const kindNames: Readonly<Record<EntryType, string>> = {
  file: 'file',
  dir: 'folder',
  symlink: 'symbolic link',
  hardlink: 'file',
  char: 'device',
  block: 'device',
  fifo: 'named pipe',
};

function nodeOf(path: string, inode: Inode): TreeNode {
  const { content: _content, ...node } = inode;
  return { path, ...node };
}

/** Of a root that no layer has an entry for. */
const rootInode: Inode = { type: 'dir', mode: 0o755, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 };
const removedInode: Inode = { ...rootInode, type: 'file', mode: 0 };
