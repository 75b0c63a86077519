import type { TarHeader } from '../../core/tar/index.ts';
import { baseName, joinPath, lengthFault, parentOf, type LayerEntry } from '../../core/tree/index.ts';
import { hostile, layerError } from '../index/index.ts';

/** Entries with members that are still to be found out. */
export type OpenEntry = { -readonly [K in keyof LayerEntry]: LayerEntry[K] };

export interface IndexBuilderOptions {
  /** Something earlier in the layer is replaced by what comes: remove it with all that is in it. `gone`: the paths of all that, its own included. */
  readonly onRemove: (path: string, gone: readonly string[]) => void;
  /** A hard link gave other attributes to its file, which is known by its first name. */
  readonly onChange: (entry: LayerEntry) => void;
  /** A folder that the layer deletes and then only shows in paths: it is there anew. Called by `finish`. */
  readonly onFolder: (entry: LayerEntry) => void;
  /** Most entries that a layer may have, folders that only show in paths included. */
  readonly maxEntries: number;
}

/** As many links as a path may go through. */
const symlinkLimit = 255;
/** OCI image spec layer.md, whiteouts; aufs keeps its own things under the second prefix. */
const whiteoutPrefix = '.wh.';
const aufsPrefix = '.wh..wh.';
const opaqueName = '.wh..wh..opq';
/** Characters of a path that is too long that a message shows. */
const shownPathLength = 80;

/**
 * Makes layer entries of tar headers. The one place where names from outside become paths: leading slashes are dropped, names that climb above the root are refused;
 * a parent that is a symlink of this layer is followed with the layer as root, as containerd does: absolute targets start there and `..` does not leave it.
 */
export class IndexBuilder {
  readonly #options: IndexBuilderOptions;
  /** By path; whiteouts by their path and a NUL, since a layer may delete a path and make it anew. */
  readonly #entries = new Map<string, OpenEntry>();
  /** Folders that only show in the paths of what they hold. */
  readonly #implied = new Set<string>(['']);
  /** Keys of `#entries` and implied folders by the folder that they are in. Made when a folder is first removed: few layers need it. */
  #children: Map<string, Set<string>> | undefined;
  /** The other names of files that have several, by the first. */
  readonly #links = new Map<string, Set<string>>();
  #lastParent = '';
  #lastResolved = '';

  constructor(options: IndexBuilderOptions) {
    this.#options = options;
  }

  /** The entry, or undefined for a whiteout, which only `finish` shows. Errors: LAYER_HOSTILE, LAYER_INVALID. */
  place(header: TarHeader, offset: number | undefined): OpenEntry | undefined {
    const name = cleanName(header.name);
    if (name === '') {
      if (header.type !== 'dir') throw hostile(header.name, 'the root of a layer is a folder');
      return this.#put(this.#newEntry('', header, undefined));
    }
    const parent = this.#resolveParent(parentOf(name), name);
    const base = baseName(name);
    if (base.startsWith(whiteoutPrefix)) {
      this.#placeWhiteout(parent, base);
      return undefined;
    }
    const path = joinPath(parent, base);
    const fault = lengthFault(path);
    if (fault !== undefined) throw hostile(path.slice(0, shownPathLength), fault);
    const entry = this.#newEntry(path, header, offset);
    if (entry.type === 'hardlink') {
      // First, since another name may then stand for the file that the link is to.
      if (this.#entries.has(path) || this.#implied.has(path)) this.#remove(path);
      this.#resolveHardlink(entry, header);
    }
    if ((entry.type === 'char' || entry.type === 'block') && entry.major === 0 && entry.minor === 0) {
      throw hostile(header.name, 'it is a device node with the number 0:0, which overlayfs takes for a deletion');
    }
    return this.#put(entry);
  }

  /** All entries, in the order of the tar. A path that was written twice is there once. */
  finish(): readonly LayerEntry[] {
    const entries: LayerEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.whiteout !== 'whiteout') {
        entries.push(entry);
        continue;
      }
      // What the layer makes anew replaces a file anyway; a folder must hide the one below.
      const made = this.#entries.get(entry.path);
      if (made?.type === 'dir') made.whiteout = 'opaque';
      else if (!made && this.#implied.has(entry.path)) {
        const folder: LayerEntry = { ...impliedEntry(entry.path), whiteout: 'opaque' };
        this.#options.onFolder(folder);
        entries.push(folder);
      } else if (!made) entries.push(entry);
    }
    return entries;
  }

  #newEntry(path: string, header: TarHeader, offset: number | undefined): OpenEntry {
    const entry: OpenEntry = {
      path,
      type: header.type,
      mode: header.mode,
      uid: header.uid,
      gid: header.gid,
      size: header.size,
      mtimeSec: header.mtimeSec,
      mtimeNs: header.mtimeNs,
    };
    if (header.type === 'file' && offset !== undefined) entry.offset = offset;
    if (header.type === 'symlink') entry.link = header.link;
    if (header.type === 'char' || header.type === 'block') {
      entry.major = header.major;
      entry.minor = header.minor;
    }
    if (header.xattrs) {
      // Overlayfs would obey its own marks in a layer's folder.
      const kept = [...header.xattrs].filter(([name]) => !/^(trusted|user)\.overlay\./.test(name));
      if (kept.length > 0) entry.xattrs = Object.fromEntries(kept.map(([name, value]) => [name, Buffer.from(value).toString('base64')]));
    }
    return entry;
  }

  #put(entry: OpenEntry): OpenEntry {
    const { path } = entry;
    const known = this.#entries.get(path);
    if (known) {
      if (known.type === 'dir' && entry.type === 'dir') {
        if (known.whiteout) entry.whiteout = known.whiteout;
      } else this.#remove(path);
    } else if (this.#implied.has(path) && entry.type !== 'dir') this.#remove(path);
    this.#implied.delete(path);
    this.#set(path, entry);
    if (entry.type === 'hardlink') {
      const names = this.#links.get(entry.link!);
      if (names) names.add(path);
      else this.#links.set(entry.link!, new Set([path]));
    }
    return entry;
  }

  #set(key: string, entry: OpenEntry): void {
    this.#entries.set(key, entry);
    this.#know(key);
  }

  #know(key: string): void {
    const { maxEntries } = this.#options;
    if (this.#entries.size + this.#implied.size > maxEntries) throw hostile(key, `the layer has more than the limit of ${maxEntries} entries`);
    if (this.#children && key !== '') addChild(this.#children, key);
  }

  #placeWhiteout(parent: string, base: string): void {
    if (base === opaqueName) {
      let entry = this.#entries.get(parent);
      if (entry === undefined) {
        entry = { ...impliedEntry(parent), implied: true };
        this.#implied.delete(parent);
        this.#set(parent, entry);
      }
      entry.whiteout = 'opaque';
      return;
    }
    if (base.startsWith(aufsPrefix)) return;
    const deleted = base.slice(whiteoutPrefix.length);
    if (deleted === '' || deleted === '.' || deleted === '..') throw hostile(joinPath(parent, base), 'it deletes a folder that it is in');
    const path = joinPath(parent, deleted);
    const fault = lengthFault(path);
    if (fault !== undefined) throw hostile(path.slice(0, shownPathLength), fault);
    this.#set(`${path}\0`, { ...plainEntry(path), whiteout: 'whiteout' });
  }

  #resolveHardlink(entry: OpenEntry, header: TarHeader): void {
    const name = cleanName(header.link);
    const target = joinPath(this.#resolveParent(parentOf(name), header.name), baseName(name));
    const found = this.#entries.get(target);
    if (!found) {
      throw layerError(
        'LAYER_INVALID',
        `Cannot unpack ${JSON.stringify(header.name)} of a layer: it is a hard link to ${JSON.stringify(header.link)}, which is not in the layer`,
      );
    }
    if (found.type === 'dir') throw hostile(header.name, 'it is a hard link to a folder');
    const file = found.type === 'hardlink' ? this.#entries.get(found.link!)! : found;
    this.#changeFile(file, entry);
    delete entry.xattrs;
    entry.size = 0;
    entry.link = file.path;
  }

  /** The header of a hard link has the attributes that hold for all names. */
  #changeFile(file: OpenEntry, { mode, uid, gid, mtimeSec, mtimeNs, xattrs }: OpenEntry): void {
    const isSame = file.mode === mode && file.uid === uid && file.gid === gid && file.mtimeSec === mtimeSec && file.mtimeNs === mtimeNs && xattrs === undefined;
    if (isSame) return;
    Object.assign(file, { uid, gid, mtimeSec, mtimeNs });
    if (file.type !== 'symlink') file.mode = mode;
    // The kernel takes file capabilities away with every change of owner.
    const { 'security.capability': _, ...kept } = file.xattrs ?? {};
    file.xattrs = { ...kept, ...xattrs };
    this.#options.onChange(file);
  }

  /** The parent with symlinks resolved; parts that are missing are implied folders. */
  #resolveParent(parent: string, name: string): string {
    if (parent === this.#lastParent) return this.#lastResolved;
    // Before the way is walked, whose time grows with its square.
    const fault = lengthFault(parent);
    if (fault !== undefined) throw hostile(parent.slice(0, shownPathLength), fault);
    const resolved = this.#isFolder(parent) ? parent : this.#walk(parent, name);
    this.#lastParent = parent;
    this.#lastResolved = resolved;
    return resolved;
  }

  #walk(parent: string, name: string): string {
    // Paths of folders that are known have no symlink in them.
    let at = parent;
    while (!this.#isFolder(at)) at = parentOf(at);
    const rest = parent.slice(at.length).split('/').reverse();
    for (let links = 0; rest.length > 0;) {
      const part = rest.pop()!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        at = parentOf(at);
        continue;
      }
      const next = joinPath(at, part);
      const entry = this.#entries.get(next);
      if (entry === undefined || entry.type === 'dir') {
        if (!entry && !this.#implied.has(next)) this.#imply(next);
        at = next;
      } else if (entry.type === 'symlink') {
        if (entry.link!.startsWith('/')) at = '';
        if (++links > symlinkLimit) throw hostile(name, 'there are too many symlinks on its way');
        rest.push(...entry.link!.split('/').reverse());
      } else throw layerError('LAYER_INVALID', `Cannot unpack ${JSON.stringify(name)} of a layer: ${JSON.stringify(next)} is no folder`);
    }
    return at;
  }

  #imply(path: string): void {
    const fault = lengthFault(path);
    if (fault !== undefined) throw hostile(path.slice(0, shownPathLength), fault);
    this.#implied.add(path);
    this.#know(path);
  }

  #isFolder(path: string): boolean {
    const entry = this.#entries.get(path);
    return entry ? entry.type === 'dir' : this.#implied.has(path);
  }

  #remove(path: string): void {
    this.#lastParent = '';
    this.#lastResolved = '';
    const gone = this.#below(path);
    this.#options.onRemove(path, gone);
    const files: OpenEntry[] = [];
    for (const key of gone) {
      const entry = this.#entries.get(key);
      this.#entries.delete(key);
      this.#implied.delete(key);
      this.#children?.get(parentOf(key))?.delete(key);
      this.#children?.delete(key);
      if (entry?.type === 'hardlink') this.#links.get(entry.link!)?.delete(key);
      else if (entry && this.#links.has(key)) files.push(entry);
    }
    for (const file of files) this.#passOn(file);
  }

  /** A file lives on under its other names: the first of them now stands for it. */
  #passOn(file: OpenEntry): void {
    const [heir, ...others] = this.#links.get(file.path)!;
    this.#links.delete(file.path);
    if (heir === undefined) return;
    const entry = this.#entries.get(heir)!;
    delete entry.link;
    Object.assign(entry, file, { path: heir });
    if (others.length > 0) this.#links.set(heir, new Set(others));
    for (const other of others) this.#entries.get(other)!.link = heir;
  }

  /** The path, and the keys of all that is below it. */
  #below(path: string): string[] {
    const keys = [path];
    if (!this.#isFolder(path)) return keys;
    this.#children ??= this.#group();
    for (let i = 0; i < keys.length; i++) for (const key of this.#children.get(keys[i]!) ?? []) keys.push(key);
    return keys;
  }

  #group(): Map<string, Set<string>> {
    const children = new Map<string, Set<string>>();
    for (const key of [...this.#entries.keys(), ...this.#implied]) if (key !== '') addChild(children, key);
    return children;
  }
}

function addChild(children: Map<string, Set<string>>, key: string): void {
  const parent = parentOf(key);
  const known = children.get(parent);
  if (known) known.add(key);
  else children.set(parent, new Set([key]));
}

/** What containers get for a folder that only shows in paths. */
function impliedEntry(path: string): OpenEntry {
  return { ...plainEntry(path), type: 'dir', mode: 0o755 };
}

function plainEntry(path: string): OpenEntry {
  return { path, type: 'file', mode: 0, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 };
}

/** Errors: LAYER_HOSTILE for a name that climbs above the root. */
function cleanName(name: string): string {
  const trimmed = name.endsWith('/') ? name.slice(0, -1) : name;
  if (trimmed !== '' && !/(?:^|\/)\.{0,2}(?:\/|$)/.test(trimmed)) return trimmed;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw hostile(name, 'its name leads out of the layer');
  }
  return parts.join('/');
}
