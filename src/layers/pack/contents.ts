import { closeSync, constants, createReadStream, openSync, writeSync } from 'node:fs';
import type { DiffID } from '../../core/oci/index.ts';
import { systemPath, TarDecoder } from '../../core/tar/index.ts';
import type { ContentSource, LayerEntry, LayerIndex } from '../../core/tree/index.ts';
import { layerError, missing } from '../index/index.ts';
import { IndexBuilder } from './index-builder.ts';

/** Where bytes can be read at once. */
export type OpenContent =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** `length` is known for parts of a bigger file. Whoever opened it closes `fd` where `owned`. */
  | { readonly kind: 'part'; readonly fd: number; readonly position: number; readonly length: number | undefined; readonly owned: boolean };

/** What the store knows of one layer's forms. */
export interface LayerFormsOnDisk {
  /** The unpacked layer, or undefined. */
  readonly dir: string | undefined;
  readonly tar: string | undefined;
  /** The uncompressed tar as a stream; undefined without a blob. */
  readonly stream: ((signal: AbortSignal) => AsyncIterable<Uint8Array>) | undefined;
  readonly index: LayerIndex;
}

export interface ContentsOptions {
  readonly forms: (diffID: DiffID) => Promise<LayerFormsOnDisk>;
  /** A path for a new temporary file. */
  readonly temporaryPath: () => string;
}

/**
 * Opens the contents that a layer is made of. Layers that are there only as a blob are read once, in `prepare`, and what is wanted of them is laid by in one temporary
 * file: nothing is unpacked for a copy.
 */
export class Contents implements Disposable {
  readonly #options: ContentsOptions;
  readonly #layers = new Map<DiffID, LayerReader>();

  constructor(options: ContentsOptions) {
    this.#options = options;
  }

  /** Gets ready to open these. Errors: LAYER_MISSING. */
  async prepare(sources: Iterable<ContentSource>, signal: AbortSignal): Promise<void> {
    const wanted = new Map<DiffID, Set<string>>();
    for (const source of sources) {
      if (source.kind !== 'layer') continue;
      const paths = wanted.get(source.diffID);
      if (paths) paths.add(source.path);
      else wanted.set(source.diffID, new Set([source.path]));
    }
    for (const [diffID, paths] of wanted) {
      const reader = new LayerReader(diffID, await this.#options.forms(diffID));
      this.#layers.set(diffID, reader);
      await reader.prepare(paths, this.#options.temporaryPath, signal);
    }
  }

  /** `path` is for messages. Errors: LAYER_UNREADABLE. */
  open(source: ContentSource, path: string): OpenContent {
    switch (source.kind) {
      case 'inline':
        return { kind: 'bytes', bytes: Buffer.from(source.data, 'base64') };
      case 'file':
        return { kind: 'part', fd: openFile(source.path, path), position: 0, length: undefined, owned: true };
      case 'layer':
        return this.#layers.get(source.diffID)!.open(source.path);
      default:
        return source satisfies never;
    }
  }

  /** What the index says of the file, or of the file that the hard link names. Errors: LAYER_MISSING. */
  entry(source: ContentSource & { readonly kind: 'layer' }): LayerEntry {
    return this.#layers.get(source.diffID)!.entry(source.path);
  }

  [Symbol.dispose](): void {
    for (const reader of this.#layers.values()) reader.close();
    this.#layers.clear();
  }
}

/** Errors: LAYER_UNREADABLE. */
export function openFile(file: string | Buffer, shownPath: string): number {
  try {
    return openSync(typeof file === 'string' ? systemPath(file) : file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' || code === 'ENXIO') {
      throw layerError(
        'LAYER_SOURCE_CHANGED',
        `Cannot read ${JSON.stringify(shownPath)}: it was there when the step began, and is gone or no file now`,
        undefined,
        error,
      );
    }
    throw layerError(
      'LAYER_UNREADABLE',
      `Cannot read ${JSON.stringify(shownPath)}: ${code}`,
      code === 'EACCES' ? 'Make it readable, or name it in .dockerignore.' : undefined,
      error,
    );
  }
}

class LayerReader {
  readonly #diffID: DiffID;
  readonly #forms: LayerFormsOnDisk;
  readonly #entries = new Map<string, LayerEntry>();
  /** A tar or what was laid by, with the position of each file. */
  #fd: number | undefined;
  #positions: Map<string, number> | undefined;

  constructor(diffID: DiffID, forms: LayerFormsOnDisk) {
    this.#diffID = diffID;
    this.#forms = forms;
    for (const entry of forms.index.entries) if (entry.type === 'file' || entry.type === 'hardlink') this.#entries.set(entry.path, entry);
  }

  async prepare(paths: ReadonlySet<string>, temporaryPath: () => string, signal: AbortSignal): Promise<void> {
    const entries = [...paths].map((path) => this.entry(path));
    const { dir, tar, stream } = this.#forms;
    // Outside the user namespace that made them, some files of a layer are not for this user.
    if (dir !== undefined && (process.geteuid?.() === 0 || entries.every((entry) => isReadable(`${dir}/${entry.path}`)))) return;
    // The offset of a sparse file is not known: its content is in the archive in pieces.
    const plain = entries.every((entry) => entry.offset !== undefined);
    if (tar !== undefined && plain) {
      this.#fd = openFile(tar, tar);
      this.#positions = new Map(entries.map((entry) => [entry.path, entry.offset!]));
      return;
    }
    const source = tar === undefined ? stream?.(signal) : createReadStream(tar, { highWaterMark: 256 << 10 });
    if (!source) throw missing(this.#diffID);
    const spool = temporaryPath();
    this.#fd = openSync(spool, 'wx+', 0o600);
    this.#positions = plain ? await layByRanges(source, entries, this.#fd) : await layByEntries(source, entries, this.#fd);
  }

  open(path: string): OpenContent {
    const entry = this.entry(path);
    const position = this.#positions?.get(entry.path);
    if (this.#fd !== undefined && position !== undefined) return { kind: 'part', fd: this.#fd, position, length: entry.size, owned: false };
    return { kind: 'part', fd: openFile(`${this.#forms.dir}/${entry.path}`, path), position: 0, length: undefined, owned: true };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  entry(path: string): LayerEntry {
    const entry = this.#entries.get(path);
    const file = entry?.type === 'hardlink' ? this.#entries.get(entry.link!) : entry;
    if (!file) throw layerError('LAYER_MISSING', `Cannot read ${JSON.stringify(path)}: layer ${this.#diffID} has no such file`);
    return file;
  }
}

/** Copies the wanted ranges of the tar one after the other; stops reading after the last. */
async function layByRanges(source: AsyncIterable<Uint8Array>, entries: readonly LayerEntry[], fd: number): Promise<Map<string, number>> {
  const ranges = entries.filter((entry) => entry.size > 0).sort((a, b) => a.offset! - b.offset!);
  const positions = new Map(entries.map((entry) => [entry.path, 0]));
  let next = 0;
  let at = 0;
  let written = 0;
  if (ranges.length === 0) return positions;
  for await (const chunk of source) {
    const end = at + chunk.byteLength;
    while (next < ranges.length && ranges[next]!.offset! < end) {
      const { offset, size, path } = ranges[next]!;
      if (offset! >= at) positions.set(path, written);
      const part = chunk.subarray(Math.max(offset! - at, 0), Math.min(offset! + size - at, chunk.byteLength));
      for (let done = 0; done < part.byteLength;) done += writeSync(fd, part, done);
      written += part.byteLength;
      if (offset! + size > end) break;
      next++;
    }
    at = end;
    if (next === ranges.length) return positions;
  }
  throw layerError('LAYER_INVALID', `Cannot read ${JSON.stringify(ranges[next]!.path)}: its layer ends before it`);
}

/**
 * As layByRanges, through the tar decoder, for layers with sparse files. Which file has which path is found as for the index. Files are recognized by their size as well,
 * since one can get its path only later: that of its hard link, when the file's own name is replaced.
 */
async function layByEntries(source: AsyncIterable<Uint8Array>, entries: readonly LayerEntry[], fd: number): Promise<Map<string, number>> {
  const sizes = new Set(entries.map((entry) => entry.size));
  const builder = new IndexBuilder({ onRemove: () => {}, onChange: () => {}, onFolder: () => {}, maxEntries: Number.POSITIVE_INFINITY });
  let written = 0;
  let taking = false;
  const decoder = new TarDecoder({
    entry: (header) => {
      builder.place(header, written);
      taking = header.type === 'file' && sizes.has(header.size);
    },
    data: (piece) => {
      if (!taking) return;
      for (let done = 0; done < piece.length;) done += writeSync(fd, piece, done);
      written += piece.length;
    },
    end: () => {},
  });
  for await (const chunk of source) decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  decoder.finish();
  const positions = new Map(builder.finish().map((entry) => [entry.path, entry.offset]));
  return new Map(entries.map(({ path }) => [path, positions.get(path)!]));
}

function isReadable(path: string): boolean {
  try {
    closeSync(openSync(systemPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}
