import * as cryptoModule from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, statSync, type Stats } from 'node:fs';
import { nameFromBytes, systemPath } from '../../core/tar/index.ts';
import { compareBytes, joinPath, parentOf, type ContentSource, type EntryType, type FileTree, type TreeNode, unpackDevice } from '../../core/tree/index.ts';
import type { Digest } from '../../core/oci/index.ts';
import { DigestMemory } from './digest-memory.ts';
import { OpsError } from './error.ts';
import { elements } from './paths.ts';

/** Answers for paths without leading slash. */
export interface IgnoreRules {
  ignored(path: string): boolean;
  /** The folder is ignored and nothing below it is taken in again. */
  canSkipFolder(path: string): boolean;
}

export interface ContextTreeOptions {
  /** The folder. */
  readonly root: string;
  readonly ignore?: IgnoreRules;
  /** Where digests are remembered between builds; see digestMemoryFile. Default: nowhere. */
  readonly digestFile?: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends long reading. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/**
 * A folder of the user's machine as a tree, without what the ignore rules exclude. It is read as it is asked for, each path once; owners are 0:0, extended
 * attributes are left out, and sockets are not there, as BuildKit has it. Long work is done in slices between which other work can go on.
 * Errors: CONTEXT_UNREADABLE, CONTEXT_CHANGED, CONTEXT_MISSING.
 */
export class ContextTree implements FileTree {
  readonly root: string;
  readonly #ignore: IgnoreRules | undefined;
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;
  readonly #memory: DigestMemory;
  readonly #nodes = new Map<string, ContextNode | undefined>();
  readonly #lists = new Map<string, Promise<readonly TreeNode[]>>();
  readonly #hashing = new Map<TreeNode, Promise<Digest>>();
  /** Of files without a known digest: how they were when they were listed. */
  readonly #listed = new WeakMap<TreeNode, Stats>();
  /** Device and inode of files with several names, to the first name that was seen. */
  readonly #linked = new Map<string, string>();
  #sliceStart = performance.now();
  #buffer: Buffer | undefined;

  constructor(options: ContextTreeOptions) {
    this.root = options.root;
    this.#ignore = options.ignore;
    this.#now = options.now;
    this.#signal = options.signal;
    this.#memory = new DigestMemory(options.digestFile);
  }

  async lookup(path: string): Promise<TreeNode | undefined> {
    if (this.#nodes.has(path)) return this.#nodes.get(path);
    if (path === '') return this.#stat('');
    const parent = await this.lookup(parentOf(path));
    if (parent?.type !== 'dir') return undefined;
    const listed = this.#lists.get(parent.path);
    if (listed !== undefined) await listed;
    return this.#nodes.has(path) ? this.#nodes.get(path) : this.#visible(path);
  }

  list(path: string): Promise<readonly TreeNode[]> {
    let list = this.#lists.get(path);
    if (list === undefined) {
      list = this.#list(path);
      this.#lists.set(path, list);
    }
    return list;
  }

  async contentDigest(node: TreeNode): Promise<Digest> {
    if (node.digest !== undefined) return node.digest;
    let hashing = this.#hashing.get(node);
    if (hashing === undefined) {
      hashing = this.#hash(node);
      this.#hashing.set(node, hashing);
    }
    return hashing;
  }

  content(node: TreeNode): Promise<ContentSource> {
    return Promise.resolve({ kind: 'file', path: this.#pathOf(node.path) });
  }

  /** The part of a path that the ignore rules exclude, where the path is there but excluded. */
  async ignoredPart(path: string): Promise<string | undefined> {
    let at = '';
    for (const element of elements(path)) {
      at = joinPath(at, element);
      if (lstatSync(systemPath(this.#pathOf(at)), { throwIfNoEntry: false }) === undefined) return undefined;
      if ((await this.lookup(at)) === undefined) return at;
    }
    return undefined;
  }

  /** Keeps the digests that were computed for the next build. */
  save(): void {
    this.#memory.save();
  }

  async #list(path: string): Promise<readonly TreeNode[]> {
    const folder = await this.lookup(path);
    if (folder?.type !== 'dir') return [];
    let names: string[];
    try {
      names = namesIn(this.#pathOf(path));
    } catch (error) {
      throw unreadable(this.#pathOf(path), error);
    }
    const nodes: TreeNode[] = [];
    for (const name of names.sort(compareBytes)) {
      const child = joinPath(path, name);
      const known = this.#nodes.get(child) ?? this.#visible(child);
      const node = known instanceof Promise ? await known : known;
      if (node !== undefined) nodes.push(node);
      if ((nodes.length & 31) === 0 && performance.now() - this.#sliceStart > sliceMs) await this.#pause();
    }
    return nodes;
  }

  /** The node at a path whose parent is a visible folder. An ignored folder is there where something in it is not ignored. */
  #visible(path: string): TreeNode | undefined | Promise<TreeNode | undefined> {
    if (!(this.#ignore?.ignored(path) ?? false)) return this.#stat(path);
    if (this.#ignore!.canSkipFolder(path)) {
      this.#nodes.set(path, undefined);
      return undefined;
    }
    const node = this.#stat(path);
    if (node?.type !== 'dir') {
      this.#nodes.set(path, undefined);
      return undefined;
    }
    return this.list(path).then((children) => {
      if (children.length > 0) return node;
      this.#nodes.set(path, undefined);
      return undefined;
    });
  }

  #stat(path: string): ContextNode | undefined {
    const full = this.#pathOf(path);
    let stat: Stats | undefined;
    try {
      stat = path === '' ? rootStat(full) : lstatSync(systemPath(full), { throwIfNoEntry: false });
    } catch (error) {
      throw error instanceof OpsError ? error : unreadable(full, error);
    }
    const node = stat === undefined ? undefined : this.#nodeOf(path, full, stat);
    this.#nodes.set(path, node);
    return node;
  }

  #nodeOf(path: string, full: string, stat: Stats): ContextNode | undefined {
    const bits = stat.mode;
    const type = entryTypes.get(bits & 0o170000);
    if (type === undefined) return undefined;
    const node: ContextNode = {
      path,
      type,
      mode: type === 'symlink' ? 0o777 : bits & 0o7777,
      uid: 0,
      gid: 0,
      // Of a hard link too, so that whoever takes it for the first of its names knows.
      size: type === 'file' ? stat.size : 0,
      // Whole seconds, as layers of docker build have them.
      mtimeSec: Math.floor(stat.mtimeMs / 1000),
      mtimeNs: 0,
    };
    if (type === 'symlink') node.link = nameFromBytes(readlinkSync(systemPath(full), 'buffer'));
    if (type === 'char' || type === 'block') Object.assign(node, unpackDevice(stat.rdev));
    if (type === 'file') {
      const digest = this.#memory.find(stat);
      if (digest === undefined) this.#listed.set(node, stat);
      else node.digest = digest;
      if (stat.nlink > 1) {
        const identity = `${stat.dev}:${stat.ino}`;
        const first = this.#linked.get(identity);
        if (first === undefined) this.#linked.set(identity, path);
        else {
          node.type = 'hardlink';
          node.link = first;
        }
      }
    }
    return node;
  }

  async #hash(node: TreeNode): Promise<Digest> {
    if (performance.now() - this.#sliceStart > sliceMs) await this.#pause();
    const full = this.#pathOf(node.path);
    let file: number;
    try {
      file = openSync(systemPath(full), openFlags);
    } catch (error) {
      throw unreadable(full, error);
    }
    try {
      for (let tries = 0; tries < 3; tries += 1) {
        const readAtMs = this.#now();
        const before = tries === 0 ? (this.#listed.get(node) ?? fstatSync(file)) : fstatSync(file);
        const digest = await this.#hashOpen(file, before.size);
        const after = fstatSync(file);
        if (digest === undefined || !isSameState(before, after)) continue;
        this.#listed.delete(node);
        this.#memory.add(before, digest, readAtMs);
        // Whoever listed the folder holds this node; it may have changed since.
        Object.assign(node, { mtimeSec: Math.floor(before.mtimeMs / 1000), size: before.size, digest: `sha256:${digest.toString('hex')}` });
        return node.digest!;
      }
    } finally {
      closeSync(file);
    }
    throw new OpsError('CONTEXT_CHANGED', `Cannot read ${full}: it changes while it is read`, {
      family: 'filesystem',
      hint: 'Name the file in .dockerignore, or stop what writes to it.',
      retryable: true,
    });
  }

  /** Undefined where the file did not have `size` bytes. */
  async #hashOpen(file: number, size: number): Promise<Buffer | undefined> {
    if (size <= chunkBytes) {
      const buffer = (this.#buffer ??= Buffer.allocUnsafe(chunkBytes + 1));
      const read = readSync(file, buffer, 0, size + 1, 0);
      return read === size ? cryptoModule.hash('sha256', buffer.subarray(0, read), 'buffer') : undefined;
    }
    // Others may use the shared buffer while this file is read in several slices.
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const hash = cryptoModule.createHash('sha256');
    let position = 0;
    for (;;) {
      const read = readSync(file, buffer, 0, chunkBytes, position);
      if (read === 0) return position === size ? hash.digest() : undefined;
      hash.update(buffer.subarray(0, read));
      position += read;
      if (performance.now() - this.#sliceStart > sliceMs) await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal?.throwIfAborted();
    this.#sliceStart = performance.now();
  }

  #pathOf(path: string): string {
    return path === '' ? this.root : this.root === '/' ? `/${path}` : `${this.root}/${path}`;
  }
}

type ContextNode = { -readonly [Key in keyof TreeNode]: TreeNode[Key] };

/** The folder itself may be named by a symlink. */
function rootStat(root: string): Stats {
  const followed = statSync(root, { throwIfNoEntry: false });
  if (followed?.isDirectory() === true) return followed;
  throw new OpsError('CONTEXT_MISSING', `Cannot use ${root} as build context: ${followed === undefined ? 'it does not exist' : 'it is not a folder'}`, {
    family: 'validation',
    hint: 'The last argument of `ossb build` is the folder that COPY and ADD take files from.',
  });
}

function isSameState(a: Stats, b: Stats): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino && a.dev === b.dev;
}

/** Names that are no UTF-8 are read again as bytes. */
function namesIn(folder: string): string[] {
  const names = readdirSync(systemPath(folder));
  if (!names.some((name) => name.includes('\ufffd'))) return names;
  return readdirSync(systemPath(folder), 'buffer').map((name) => nameFromBytes(name));
}

function unreadable(path: string, cause: unknown): OpsError {
  const denied = (cause as NodeJS.ErrnoException).code === 'EACCES';
  return new OpsError('CONTEXT_UNREADABLE', `Cannot read ${path}: ${denied ? 'permission denied' : (cause as Error).message}`, {
    family: 'filesystem',
    hint: 'Name it in .dockerignore if the build does not need it.',
    cause,
  });
}

/** Sockets are left out. */
const entryTypes: ReadonlyMap<number, EntryType> = new Map([
  [0o100000, 'file'],
  [0o040000, 'dir'],
  [0o120000, 'symlink'],
  [0o020000, 'char'],
  [0o060000, 'block'],
  [0o010000, 'fifo'],
]);
/** What became a pipe or a link since it was listed must not be waited for or followed. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const sliceMs = 20;
const chunkBytes = 1024 * 1024;
