import { createHash } from 'node:crypto';
import { closeSync, lstatSync, readSync, readdirSync, readlinkSync, rmdirSync, unlinkSync, utimesSync, type Stats } from 'node:fs';
import type { Digest } from '../../core/oci/index.ts';
import { getXattr, listXattrs, removeXattr } from '../../host/sys/index.ts';
import { nameFromBytes, systemPath } from '../../core/tar/index.ts';
import { compareBytes, joinPath, type FileTree, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
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

/**
 * The entries of a layer from an overlay's upper folder, sorted, parents first. What is as it is below is left out, and taken out of the folder too, so that the
 * folder is the layer's unpacked form over any other chain. Sockets are left out. Errors: LAYER_INVALID, LAYER_UNREADABLE.
 */
export async function walkUpper(options: WalkOptions): Promise<PlanEntry[]> {
  const walk = new UpperWalk(options);
  await walk.folder('', true);
  return walk.entries;
}

class UpperWalk {
  readonly entries: PlanEntry[] = [];
  readonly #options: WalkOptions;
  /** First names of files with several, by inode. */
  readonly #links = new Map<string, string>();

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** `merged`: the folders below show through. Reports whether something was taken out of the folder, which changes its time. */
  async folder(path: string, merged: boolean): Promise<boolean> {
    this.#options.signal.throwIfAborted();
    let isTakenFrom = false;
    for (const name of readNames(this.#full(path))) {
      const child = joinPath(path, name);
      const below = merged ? await this.#options.below.lookup(child) : undefined;
      if (await this.#takeOut(child, below)) isTakenFrom = true;
    }
    return isTakenFrom;
  }

  /** Takes it out of the folder, or adds its entry. */
  async #takeOut(path: string, below: TreeNode | undefined): Promise<boolean> {
    const full = this.#full(path);
    const stats = lstatSync(full);
    if (stats.isSocket()) {
      unlinkSync(full);
      return true;
    }
    const marks = this.#xattrsOf(full, path);
    if (marks.whiteout || (stats.isCharacterDevice() && stats.rdev === 0)) {
      if (below) this.entries.push(whiteoutEntry(path));
      else unlinkSync(full);
      return below === undefined;
    }
    const plain = this.#planEntry(path, full, stats, below);
    const entry: PlanEntry = marks.xattrs ? { ...plain, xattrs: marks.xattrs } : plain;
    if (entry.type === 'dir') return await this.#takeOutFolder(entry, marks.opaque, below);
    if (below && this.#isSame(entry, below, full)) {
      unlinkSync(full);
      return true;
    }
    this.#push(entry, full, stats);
    return false;
  }

  async #takeOutFolder(entry: PlanEntry, opaque: boolean, below: TreeNode | undefined): Promise<boolean> {
    const hides = opaque && below?.type === 'dir';
    // Overlayfs marks new folders too, where there is nothing to hide.
    if (opaque && !hides) removeXattr(this.#full(entry.path), `${this.#options.overlay}.overlay.opaque`);
    this.entries.push(hides ? { ...entry, whiteout: 'opaque' } : entry);
    const count = this.entries.length;
    const isTakenFrom = await this.folder(entry.path, below?.type === 'dir' && !hides);
    if (this.entries.length > count || hides || !below || !sameAttributes(entry, below)) {
      // The next step sees the time that the layer says.
      if (isTakenFrom) utimesSync(this.#full(entry.path), entry.mtimeSec, entry.mtimeSec);
      return false;
    }
    this.entries.pop();
    rmdirSync(this.#full(entry.path));
    return true;
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
    if (stats.nlink < 2 || !stats.isFile()) {
      this.entries.push(entry);
      return;
    }
    // Inodes beyond 2^53 are not told apart by numbers.
    const { dev, ino } = Number.isSafeInteger(stats.ino) ? stats : lstatSync(full, { bigint: true });
    const key = `${dev}:${ino}`;
    const first = this.#links.get(key);
    if (first === undefined) {
      this.#links.set(key, entry.path);
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
