import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { mknod, setXattr, SysError, mappedIDs } from '../../host/sys/index.ts';
import { systemPath } from '../../core/tar/index.ts';
import { parentOf, type LayerEntry } from '../../core/tree/index.ts';
import { storageError } from '../../host/content/index.ts';
import { layerError, type FolderAttributes } from '../../layers/index/index.ts';
import type { FolderSink } from '../../layers/pack/index.ts';

export interface FolderWriterOptions {
  /** Give files their owners; else they belong to this process. */
  readonly owners: boolean;
  /** Go on where an owner does not exist in this user namespace. */
  readonly ignoreOwners: boolean;
  /** Overlayfs marks in `user.*` attributes. Absent: no marks, whiteouts are passed over. */
  readonly overlay?: 'trusted' | 'user';
  /** The folder may hold things: what has the name of something new is replaced, folders are joined. Default false: it is empty. */
  readonly merge?: boolean;
}

/**
 * Writes entries into a folder that nobody else writes to. Paths are clean and go through no symlink: the caller resolved them. Parents that are missing are made.
 * Modes, owners and times of folders are set by `finish`, since they could hinder the writing.
 */
export class FolderWriter implements FolderSink {
  readonly #root: string;
  readonly #options: FolderWriterOptions;
  readonly #umask = process.umask();
  readonly #uid = process.geteuid?.() ?? 0;
  readonly #gid = process.getegid?.() ?? 0;
  /** Folders made, with what they are to become. */
  readonly #folders = new Map<string, LayerEntry | undefined>();
  /** Device nodes that this process may not make. */
  readonly #skipped = new Set<string>();
  #lastParent = '';
  #xattrWhiteouts: boolean;

  /** `root` is an existing folder. */
  constructor(root: string, options: FolderWriterOptions) {
    this.#root = root;
    this.#options = options;
    this.#xattrWhiteouts = false;
    this.#folders.set('', undefined);
  }

  folder(entry: LayerEntry): void {
    this.#makeFolder(entry.path);
    this.#folders.set(entry.path, entry);
  }

  /** Opens a new file for writing; `closeFile` must follow. */
  openFile(entry: LayerEntry): number {
    this.#makeParent(entry.path);
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    return this.#guarded(entry.path, (path) => openSync(path, flags, entry.mode & 0o777));
  }

  /** Gives the file its attributes. Its size must be complete. */
  closeFile(fd: number, entry: LayerEntry): void {
    try {
      const chowned = this.#chown(entry, (uid, gid) => fchownSync(fd, uid, gid));
      // A change of owner takes away setuid bits.
      if (chowned || (entry.mode & (this.#umask | 0o7000)) !== 0) fchmodSync(fd, entry.mode);
      // And file capabilities.
      if (entry.xattrs) this.#setXattrs(entry.path, entry.xattrs);
      futimesSync(fd, entry.mtimeSec, timeOf(entry));
    } catch (error) {
      throw this.#explained(entry.path, error);
    } finally {
      closeSync(fd);
    }
  }

  symlink(entry: LayerEntry): void {
    this.#makeParent(entry.path);
    this.#guarded(entry.path, (path) => {
      symlinkSync(systemPath(entry.link!), path);
      this.#setAttributes(entry, path);
    });
  }

  hardlink(entry: LayerEntry): void {
    this.#makeParent(entry.path);
    if (this.#skipped.has(entry.link!)) {
      this.#skipped.add(entry.path);
      return;
    }
    this.#guarded(entry.path, (path) => linkSync(this.#path(entry.link!), path));
  }

  /** Gives what was written, which is no folder, other attributes. */
  change(entry: LayerEntry): void {
    if (this.#skipped.has(entry.path)) return;
    this.#guarded(entry.path, (path) => {
      if (this.#options.owners) lchownSync(path, this.#uid, this.#gid);
      this.#setAttributes(entry, path);
    });
  }

  /** A fifo or device. As rootless container engines do, devices that this process may not make are left out: only steps miss them, not the image. */
  node(entry: LayerEntry): void {
    this.#makeParent(entry.path);
    const format = entry.type === 'fifo' ? constants.S_IFIFO : entry.type === 'char' ? constants.S_IFCHR : constants.S_IFBLK;
    this.#guarded(entry.path, (path) => {
      try {
        mknod(path, format | (entry.mode & 0o777), entry.major ?? 0, entry.minor ?? 0);
      } catch (error) {
        if (entry.type === 'fifo' || !(error instanceof SysError) || error.errno !== 'EPERM') throw error;
        this.#skipped.add(entry.path);
        return;
      }
      this.#setAttributes(entry, path);
    });
  }

  /** Marks a path of the layers below as deleted. */
  whiteout(path: string): void {
    const { overlay } = this.#options;
    if (overlay === undefined) return;
    this.#makeParent(path);
    this.#guarded(path, (full) => {
      if (!this.#xattrWhiteouts) {
        try {
          mknod(full, constants.S_IFCHR, 0, 0);
          return;
        } catch (error) {
          if (!(error instanceof SysError) || error.errno !== 'EPERM') throw error;
          this.#xattrWhiteouts = true;
        }
      }
      // The other form that overlayfs knows: an empty file with a mark, in a folder with another.
      closeSync(openSync(full, 'wx', 0o644));
      setXattr(full, `${overlay}.overlay.whiteout`, Buffer.from('y'));
      setXattr(this.#path(parentOf(path)), `${overlay}.overlay.opaque`, Buffer.from('x'));
    });
  }

  /** Hides what the layers below have in the folder. */
  opaque(path: string): void {
    this.#makeFolder(path);
    const { overlay } = this.#options;
    if (overlay !== undefined) this.#guarded(path, (full) => setXattr(full, `${overlay}.overlay.opaque`, Buffer.from('y')));
  }

  /** Removes what was written at the path; `gone` are all paths that go with it, itself included. */
  remove(path: string, gone: readonly string[]): void {
    this.#guarded(path, (full) => rmSync(full, { recursive: true, force: true }));
    this.#lastParent = '';
    for (const one of gone) {
      this.#folders.delete(one);
      this.#skipped.delete(one);
    }
  }

  /** Gives the folders their attributes, innermost first. `implied`: those of folders that were made only because something is in them; default root's, 0755. */
  finish(implied: ReadonlyMap<string, FolderAttributes>): void {
    for (const [path, entry] of [...this.#folders].reverse()) {
      if (path === '' && !entry && this.#options.merge) continue;
      const attributes = entry ?? implied.get(path);
      const { mode, uid, gid } = attributes ?? { mode: 0o755, uid: this.#uid, gid: this.#gid };
      this.#guarded(path, (full) => {
        this.#chown({ uid, gid }, (u, g) => lchownSync(full, u, g));
        chmodSync(full, mode);
        if (!attributes) return;
        if (attributes.xattrs) this.#setXattrs(path, attributes.xattrs);
        utimesSync(full, attributes.mtimeSec, timeOf(attributes));
      });
    }
  }

  /** Makes ready for something that is no folder. */
  #makeParent(path: string): void {
    const parent = parentOf(path);
    if (parent !== this.#lastParent) {
      this.#makeFolder(parent);
      this.#lastParent = parent;
    }
    if (this.#options.merge) this.#guarded(path, (full) => rmSync(full, { recursive: true, force: true }));
  }

  #makeFolder(path: string): void {
    if (this.#folders.has(path)) return;
    this.#makeFolder(parentOf(path));
    this.#guarded(path, (full) => {
      const there = this.#options.merge ? lstatSync(full, { throwIfNoEntry: false }) : undefined;
      if (there?.isDirectory()) return;
      if (there) rmSync(full);
      mkdirSync(full, 0o700);
    });
    this.#folders.set(path, undefined);
  }

  /** Of what is new, and so belongs to this process. */
  #setAttributes(entry: LayerEntry, path: string | Buffer): void {
    this.#chown(entry, (uid, gid) => lchownSync(path, uid, gid));
    if (entry.type !== 'symlink') chmodSync(path, entry.mode);
    if (entry.xattrs) this.#setXattrs(entry.path, entry.xattrs);
    lutimesSync(path, entry.mtimeSec, timeOf(entry));
  }

  /** Whether anything was done. */
  #chown({ uid, gid }: { readonly uid: number; readonly gid: number }, change: (uid: number, gid: number) => void): boolean {
    if (!this.#options.owners || (uid === this.#uid && gid === this.#gid)) return false;
    try {
      change(uid, gid);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (this.#options.ignoreOwners && (code === 'EINVAL' || code === 'EPERM')) return false;
      if (code !== 'EINVAL') throw error;
      const count = mappedIDs();
      throw layerError(
        'LAYER_UNWRITABLE',
        `Cannot give a file of a layer its owner ${uid}:${gid}: the user namespace of this build has the ids 0 to ${count - 1}`,
        `Have the administrator give this user at least ${Math.max(uid, gid)} ids in /etc/subuid and /etc/subgid, or build as root.`,
        error,
      );
    }
  }

  #setXattrs(path: string, xattrs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(xattrs)) {
      try {
        setXattr(this.#path(path), name, Buffer.from(value, 'base64'));
      } catch (error) {
        const errno = error instanceof SysError ? error.errno : undefined;
        // What the filesystem does not keep is lost on every machine like this one; a privilege that a program needs must not get lost in silence.
        const allowed = !this.#options.owners || errno === 'ENOTSUP' || errno === 'EOPNOTSUPP' || (errno === 'EPERM' && name !== 'security.capability');
        if (allowed) continue;
        const size = Buffer.byteLength(value, 'base64');
        const found =
          errno === 'ENOSPC' || errno === 'E2BIG' || errno === 'ERANGE' ? `the filesystem of the store does not accept a value of ${size} bytes` : errno;
        if (found === undefined) throw error;
        throw layerError(
          'LAYER_UNWRITABLE',
          `Cannot set the extended attribute ${name} of ${JSON.stringify(`/${path}`)} of a layer: ${found}`,
          'Choose a folder on another filesystem with --root, or an image without the attribute.',
          error,
        );
      }
    }
  }

  #path(path: string): string | Buffer {
    return systemPath(path === '' ? this.#root : `${this.#root}/${path}`);
  }

  #guarded<T>(path: string, write: (full: string | Buffer) => T): T {
    try {
      return write(this.#path(path));
    } catch (error) {
      throw this.#explained(path, error);
    }
  }

  #explained(path: string, error: unknown): unknown {
    const errno = error instanceof SysError ? error.errno : (error as NodeJS.ErrnoException).code;
    if (errno === 'ENOSPC' || errno === 'EDQUOT') return storageError(Object.assign(new Error(errno), { code: errno }), 'unpack a layer');
    if (errno === undefined || !/^E[A-Z0-9]+$/.test(errno)) return error;
    return layerError('LAYER_UNWRITABLE', `Cannot write ${JSON.stringify(`/${path}`)} of a layer: ${errno}`, undefined, error);
  }
}

function timeOf(entry: Pick<LayerEntry, 'mtimeSec' | 'mtimeNs'>): number {
  return entry.mtimeNs === 0 ? entry.mtimeSec : entry.mtimeSec + entry.mtimeNs / 1e9;
}
