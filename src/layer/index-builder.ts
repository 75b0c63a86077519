import type { TarHeader } from '../tar/index.ts';
import { baseName, joinPath, parentOf, type LayerEntry } from '../tree/index.ts';
import { hostile, layerError } from './error.ts';

/** Entries with members that are still to be found out. */
export type OpenEntry = { -readonly [K in keyof LayerEntry]: LayerEntry[K] };

export interface IndexBuilderOptions {
  /** Something earlier in the layer is replaced by what comes: take it away with all that is in it. */
  readonly onRemove: (path: string) => void;
  /** Most entries that a layer may have. */
  readonly maxEntries: number;
}

/** As many links as a path may go through. */
const symlinkLimit = 255;
/** OCI image spec layer.md, whiteouts; aufs keeps its own things under the second prefix. */
const whiteoutPrefix = '.wh.';
const aufsPrefix = '.wh..wh.';
const opaqueName = '.wh..wh..opq';

/**
 * Makes layer entries of tar headers. The one place where names from outside become paths: leading slashes are dropped, names that climb above the root are refused;
 * a parent that is a symlink of this layer is followed while it stays within the layer by itself, else refused.
 */
export class IndexBuilder {
  readonly #options: IndexBuilderOptions;
  /** By path; whiteouts by their path and a NUL, since a layer may delete a path and make it anew. */
  readonly #entries = new Map<string, OpenEntry>();
  /** Folders that only show in the paths of what they hold. */
  readonly #implied = new Set<string>(['']);
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
    const entry = this.#newEntry(path, header, offset);
    if (entry.type === 'hardlink') this.#resolveHardlink(entry, header);
    if ((entry.type === 'char' || entry.type === 'block') && entry.major === 0 && entry.minor === 0) {
      throw hostile(header.name, 'it is a device node with the number 0:0, which overlayfs takes for a deletion');
    }
    return this.#put(entry);
  }

  /** All entries, in the order of the tar. A path that was written twice is there once. */
  finish(): readonly LayerEntry[] {
    const entries: LayerEntry[] = [];
    for (const entry of this.#entries.values()) {
      const made = entry.whiteout === 'whiteout' ? this.#entries.get(entry.path) : undefined;
      // What the layer makes anew replaces a file anyway; a folder must hide the one below.
      if (made?.type === 'dir') made.whiteout = 'opaque';
      if (!made) entries.push(entry);
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
    return entry;
  }

  #set(key: string, entry: OpenEntry): void {
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#options.maxEntries) throw hostile(entry.path, `the layer has more than the limit of ${this.#options.maxEntries} entries`);
  }

  #placeWhiteout(parent: string, base: string): void {
    if (base === opaqueName) {
      let entry = this.#entries.get(parent);
      if (entry === undefined) this.#entries.set(parent, (entry = { ...plainEntry(parent), type: 'dir', mode: 0o755 }));
      entry.whiteout = 'opaque';
      return;
    }
    if (base.startsWith(aufsPrefix)) return;
    const deleted = base.slice(whiteoutPrefix.length);
    if (deleted === '' || deleted === '.' || deleted === '..') throw hostile(joinPath(parent, base), 'it deletes a folder that it is in');
    const path = joinPath(parent, deleted);
    this.#set(`${path}\0`, { ...plainEntry(path), whiteout: 'whiteout' });
  }

  #resolveHardlink(entry: OpenEntry, header: TarHeader): void {
    const name = cleanName(header.link);
    const target = joinPath(this.#resolveParent(parentOf(name), header.name), baseName(name));
    const found = this.#entries.get(target);
    if (!found || target === entry.path) {
      throw layerError(
        'LAYER_INVALID',
        `Cannot unpack ${JSON.stringify(header.name)} of a layer: it is a hard link to ${JSON.stringify(header.link)}, which is not in the layer`,
      );
    }
    if (found.type === 'dir') throw hostile(header.name, 'it is a hard link to a folder');
    const { mode, uid, gid, mtimeSec, mtimeNs } = found;
    Object.assign(entry, { size: 0, mode, uid, gid, mtimeSec, mtimeNs, link: found.type === 'hardlink' ? found.link : target });
  }

  /** The parent with symlinks resolved; parts that are missing are implied folders. */
  #resolveParent(parent: string, name: string): string {
    if (parent === this.#lastParent) return this.#lastResolved;
    const resolved = this.#isFolder(parent) ? parent : this.#walk(parent, name);
    this.#lastParent = parent;
    this.#lastResolved = resolved;
    return resolved;
  }

  #walk(parent: string, name: string): string {
    const rest = parent.split('/').reverse();
    let at = '';
    for (let links = 0; rest.length > 0;) {
      const part = rest.pop()!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (at === '') throw hostile(name, 'a symlink on its way leads out of the layer');
        at = parentOf(at);
        continue;
      }
      const next = joinPath(at, part);
      const entry = this.#entries.get(next);
      if (entry === undefined || entry.type === 'dir') {
        if (!entry) this.#implied.add(next);
        at = next;
      } else if (entry.type === 'symlink') {
        if (entry.link!.startsWith('/'))
          throw hostile(name, `it would be written through the symlink ${JSON.stringify(next)} to ${JSON.stringify(entry.link)}`);
        if (++links > symlinkLimit) throw hostile(name, 'there are too many symlinks on its way');
        rest.push(...entry.link!.split('/').reverse());
      } else throw layerError('LAYER_INVALID', `Cannot unpack ${JSON.stringify(name)} of a layer: ${JSON.stringify(next)} is no folder`);
    }
    return at;
  }

  #isFolder(path: string): boolean {
    const entry = this.#entries.get(path);
    return entry ? entry.type === 'dir' : this.#implied.has(path);
  }

  #remove(path: string): void {
    this.#options.onRemove(path);
    this.#lastParent = '';
    this.#lastResolved = '';
    const gone = (other: string): boolean => other === path || other.startsWith(`${path}/`);
    const removed = new Map([...this.#entries].filter(([other]) => gone(other)));
    for (const other of removed.keys()) this.#entries.delete(other);
    for (const other of this.#implied) if (gone(other)) this.#implied.delete(other);
    // A file lives on under its other names: the first of them now stands for it.
    const heirs = new Map<string, string>();
    for (const entry of this.#entries.values()) {
      const first = entry.type === 'hardlink' ? removed.get(entry.link!) : undefined;
      if (!first) continue;
      const heir = heirs.get(first.path);
      if (heir !== undefined) entry.link = heir;
      else {
        heirs.set(first.path, entry.path);
        const { link: _, ...rest } = { ...first, path: entry.path };
        delete entry.link;
        Object.assign(entry, rest);
      }
    }
  }
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
