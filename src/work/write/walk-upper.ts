import { createHash } from 'node:crypto';
import { closeSync, lstatSync, readSync, readdirSync, readlinkSync, rmdirSync, unlinkSync, utimesSync, type Stats } from 'node:fs';
import type { Digest } from '../../core/oci/index.ts';
import { getXattr, listXattrs, removeXattr } from '../../host/sys/index.ts';
import { nameFromBytes, systemPath } from '../../core/tar/index.ts';
import { compareBytes, joinPath, parentOf, type FileTree, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import { openFile } from '../../layers/pack/index.ts';
import { layerError } from '../../layers/index/index.ts';

export interface WalkOptions {
  /** The folder of an overlay that is mounted no more. */
  readonly upper: string;
  /** Where overlayfs keeps its marks. */
  readonly overlay: 'trusted' | 'user';
  /** What the upper folder was mounted over. */
  readonly below: FileTree;
  /** Owners could not be set when the layers below were unpacked: keep those that the layers say. */
  readonly ignoreOwners: boolean;
  readonly signal: AbortSignal;
}

export interface WalkedUpper {
  /** Sorted, parents first. */
  readonly entries: readonly PlanEntry[];
  /** As they are below: names that are no part of the layer and stay in the folder, since a file of the layer is linked to them, and the folders that lead there. */
  readonly kept: readonly TreeNode[];
}

/**
 * The entries of a layer from an overlay's upper folder. What is as it is below is left out, and removed from the folder too unless a file of the layer is a hard link
 * to it, so that the folder is the layer's unpacked form over any chain that has the same at those paths. Sockets are left out. Errors: LAYER_INVALID,
 * LAYER_UNREADABLE.
 */
export async function walkUpper(options: WalkOptions): Promise<WalkedUpper> {
  const walk = new UpperWalk(options);
  await walk.folder('', true);
  return { entries: walk.entries, kept: walk.removeUnchanged() };
}

class UpperWalk {
  readonly entries: PlanEntry[] = [];
  readonly #options: WalkOptions;
  /** First names of files with several, by inode. */
  readonly #links = new Map<string, string>();
  /** What is as it is below, children first; `inode` of files with several names. */
  readonly #unchanged: { readonly node: TreeNode; readonly inode?: string | undefined }[] = [];
  /** Folders that something was removed from, which changed their times. */
  readonly #removedFrom = new Set<string>();

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** `merged`: the folders below show through. */
  async folder(path: string, merged: boolean): Promise<void> {
    this.#options.signal.throwIfAborted();
    for (const name of readNames(this.#full(path))) {
      const child = joinPath(path, name);
      const below = merged ? await this.#options.below.lookup(child) : undefined;
      await this.#entry(child, below);
    }
  }

  /** Removes from the folder what the layer does not have. Returns what must stay for its hard links. */
  removeUnchanged(): readonly TreeNode[] {
    const kept: TreeNode[] = [];
    const leading = new Set<string>();
    for (const { node, inode } of this.#unchanged) {
      const { path } = node;
      if (leading.has(path) || (inode !== undefined && this.#links.has(inode))) {
        kept.push(node);
        leading.add(parentOf(path));
      } else this.#remove(path, node.type);
    }
    // The next step sees the times that the layers say.
    for (const { path, type, mtimeSec } of [...this.entries, ...kept]) {
      if (type === 'dir' && (this.#removedFrom.has(path) || leading.has(path))) utimesSync(this.#full(path), mtimeSec, mtimeSec);
    }
    return kept;
  }

  async #entry(path: string, below: TreeNode | undefined): Promise<void> {
    const full = this.#full(path);
    const stats = lstatSync(full);
    if (stats.isSocket()) {
      this.#remove(path);
      return;
    }
    const marks = this.#xattrsOf(full, path);
    if (marks.whiteout || (stats.isCharacterDevice() && stats.rdev === 0)) {
      if (below) this.entries.push(whiteoutEntry(path));
      else this.#remove(path);
      return;
    }
    const plain = this.#planEntry(path, full, stats, below);
    const entry: PlanEntry = marks.xattrs ? { ...plain, xattrs: marks.xattrs } : plain;
    if (entry.type === 'dir') return await this.#folderEntry(entry, marks.opaque, below);
    if (below && this.#isSame(entry, below, full)) {
      this.#unchanged.push({ node: below, inode: inodeOf(full, stats) });
      return;
    }
    this.#push(entry, full, stats);
  }

  async #folderEntry(entry: PlanEntry, opaque: boolean, below: TreeNode | undefined): Promise<void> {
    const hides = opaque && below?.type === 'dir';
    // Overlayfs marks new folders too, where there is nothing to hide.
    if (opaque && !hides) removeXattr(this.#full(entry.path), `${this.#options.overlay}.overlay.opaque`);
    this.entries.push(hides ? { ...entry, whiteout: 'opaque' } : entry);
    const count = this.entries.length;
    await this.folder(entry.path, below?.type === 'dir' && !hides);
    if (this.entries.length > count || hides || !below || !sameAttributes(entry, below)) return;
    this.entries.pop();
    this.#unchanged.push({ node: below });
  }

  #remove(path: string, type?: TreeNode['type']): void {
    if (type === 'dir') rmdirSync(this.#full(path));
    else unlinkSync(this.#full(path));
    this.#removedFrom.add(parentOf(path));
  }

  #planEntry(path: string, full: string | Buffer, stats: Stats, below: TreeNode | undefined): PlanEntry {
    const keepOwner = this.#options.ignoreOwners && below !== undefined && stats.uid === 0 && stats.gid === 0;
    const common = {
      path,
      mode: stats.mode & 0o7777,
      uid: keepOwner ? below.uid : stats.uid,
      gid: keepOwner ? below.gid : stats.gid,
      size: 0,
      mtimeSec: Math.floor(stats.mtimeMs / 1000),
      mtimeNs: 0,
    };
    if (stats.isFile()) return { ...common, type: 'file', size: stats.size, content: { kind: 'file', path: `${this.#options.upper}/${path}` } };
    if (stats.isDirectory()) return { ...common, type: 'dir' };
    if (stats.isSymbolicLink()) return { ...common, type: 'symlink', mode: 0o777, link: nameFromBytes(readlinkSync(full, 'buffer')) };
    if (stats.isFIFO()) return { ...common, type: 'fifo' };
    return { ...common, type: stats.isCharacterDevice() ? 'char' : 'block', ...deviceNumbers(full) };
  }

  #push(entry: PlanEntry, full: string | Buffer, stats: Stats): void {
    const inode = inodeOf(full, stats);
    if (inode === undefined) {
      this.entries.push(entry);
      return;
    }
    const first = this.#links.get(inode);
    if (first === undefined) {
      this.#links.set(inode, entry.path);
      this.entries.push(entry);
      return;
    }
    const { content: _, xattrs: _xattrs, ...rest } = entry;
    this.entries.push({ ...rest, type: 'hardlink', size: 0, link: first });
  }

  /** Whether the layer can do without it: the same attributes, time and content. Its names count one by one. */
  #isSame(entry: PlanEntry, below: TreeNode, full: string | Buffer): boolean {
    if (entry.mtimeSec !== below.mtimeSec || !sameAttributes(entry, below)) return false;
    if (entry.type === 'file') return entry.size === below.size && below.digest === digestOfFile(full, entry.path);
    return entry.link === below.link && entry.major === below.major && entry.minor === below.minor;
  }

  /** The attributes that go into a layer, and what overlayfs says by its own. */
  #xattrsOf(full: string | Buffer, path: string): { xattrs?: Record<string, string>; opaque: boolean; whiteout: boolean } {
    const names = listXattrs(full);
    if (names.length === 0) return nothingSpecial;
    const prefix = `${this.#options.overlay}.overlay.`;
    let xattrs: Record<string, string> | undefined;
    let opaque = false;
    let whiteout = false;
    for (const name of names.sort()) {
      if (name.startsWith(prefix)) {
        const mark = name.slice(prefix.length);
        if (mark === 'opaque') opaque = getXattr(full, name)?.toString() === 'y';
        else if (mark === 'whiteout') whiteout = true;
        else if (mark === 'metacopy' || mark === 'redirect') {
          throw layerError('LAYER_INVALID', `Cannot make a layer of ${JSON.stringify(`/${path}`)}: overlayfs was mounted with ${mark}`);
        }
      } else if (name === 'security.capability' || (name.startsWith('user.') && !name.startsWith('user.overlay.'))) {
        const value = getXattr(full, name);
        if (value) (xattrs ??= {})[name] = value.toString('base64');
      }
    }
    return { ...(xattrs ? { xattrs } : {}), opaque, whiteout };
  }

  #full(path: string): string | Buffer {
    return systemPath(path === '' ? this.#options.upper : `${this.#options.upper}/${path}`);
  }
}

const nothingSpecial = { opaque: false, whiteout: false };

/** What all names of a file have in common; undefined for what has one name only, or is no file. */
function inodeOf(full: string | Buffer, stats: Stats): string | undefined {
  if (stats.nlink < 2 || !stats.isFile()) return undefined;
  // Inodes beyond 2^53 are not told apart by numbers.
  const { dev, ino } = Number.isSafeInteger(stats.ino) ? stats : lstatSync(full, { bigint: true });
  return `${dev}:${ino}`;
}

function readNames(full: string | Buffer): string[] {
  const names = readdirSync(full);
  // What is no UTF-8 was replaced: read it again as bytes.
  if (names.some((name) => name.includes('\ufffd')))
    return readdirSync(full, 'buffer')
      .map((name) => nameFromBytes(name))
      .sort(compareBytes);
  return names.sort(compareBytes);
}

function whiteoutEntry(path: string): PlanEntry {
  return { path, type: 'file', whiteout: 'whiteout', mode: 0, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 };
}

function deviceNumbers(full: string | Buffer): { major: number; minor: number } {
  const { rdev } = lstatSync(full, { bigint: true });
  return { major: Number(((rdev >> 32n) & 0xfffff000n) | ((rdev >> 8n) & 0xfffn)), minor: Number(((rdev >> 12n) & 0xffffff00n) | (rdev & 0xffn)) };
}

/** Symlinks have no mode of their own, and archives say various things about it. */
function sameAttributes(entry: PlanEntry, below: TreeNode): boolean {
  const type = below.type === 'hardlink' ? 'file' : below.type;
  if (entry.type !== type || entry.uid !== below.uid || entry.gid !== below.gid || (entry.mode !== below.mode && type !== 'symlink')) return false;
  const [a, b] = [Object.entries(entry.xattrs ?? {}), below.xattrs ?? {}];
  return a.length === Object.keys(b).length && a.every(([name, value]) => b[name] === value);
}

function digestOfFile(full: string | Buffer, shownPath: string): Digest {
  const fd = openFile(full, shownPath);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(256 << 10);
    for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) hash.update(buffer.subarray(0, got));
    return `sha256:${hash.digest('hex')}` as Digest;
  } finally {
    closeSync(fd);
  }
}
