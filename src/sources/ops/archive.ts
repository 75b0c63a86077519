import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { storageError } from '../../host/content/index.ts';
import { BuildError } from '../../core/errors.ts';
import type { Digest } from '../../core/oci/index.ts';
import { compressionOf, zlibCodec } from '../../core/stream/index.ts';
import { TarDecoder, type TarHandler, type TarHeader } from '../../core/tar/index.ts';
import { cleanPath, lengthFault, type ContentSource, type PlanEntry } from '../../core/tree/index.ts';
import { decompressWith } from './decompress-with.ts';
import { OpsError } from './error.ts';

export interface ArchiveOptions {
  /** A fresh folder for the files of the archive. Asked for when the first one comes. */
  readonly stagingFolder: () => string;
  /** PATH of the environment, to find xz and bzip2 in. */
  readonly searchPath: string | undefined;
  readonly signal?: AbortSignal;
  /** Bytes of the archive as it comes. Default: as many as have come. */
  readonly archiveBytes?: number;
  readonly limits?: Partial<ArchiveLimits>;
}

/** What an archive may hold at most. */
export interface ArchiveLimits {
  /** Bytes of the unpacked archive, holes of sparse files included, that are allowed whatever its size. Default 4 GiB. */
  readonly freeBytes: number;
  /** Beyond them: unpacked bytes for each byte of the archive. Default 200. */
  readonly ratio: number;
  /** Default 1 million: all of them are in memory at once. */
  readonly maxEntries: number;
  /** Bytes of all names and link targets, which are in memory at once. Default 256 MiB. */
  readonly nameBytes: number;
  /** Bytes of small files that are kept in memory. Default 16 MiB. */
  readonly inlineBytes: number;
}

const defaultLimits: ArchiveLimits = {
  freeBytes: 4 * 2 ** 30,
  ratio: 200,
  maxEntries: 1_000_000,
  nameBytes: 256 << 20,
  inlineBytes: 16 << 20,
};

/**
 * Reads a tar, plain or compressed with gzip, bzip2, xz or zstd, recognized by its content. Files are put into the staging folder, small ones into the entries. Undefined
 * where the bytes are no archive. Gives way to other work again and again, and then sees the signal. Errors: ARCHIVE_INVALID, ARCHIVE_TOO_LARGE,
 * ARCHIVE_TOOL_MISSING, DISK_FULL.
 */
export async function readArchive(source: AsyncIterable<Uint8Array>, name: string, options: ArchiveOptions): Promise<PlanEntry[] | undefined> {
  let archiveBytes = 0;
  const limits = { ...defaultLimits, ...options.limits };
  const limit = new ArchiveLimit(name, limits, () => Math.max(archiveBytes, options.archiveBytes ?? 0));
  const stage = new ArchiveStage(options.stagingFolder, limit, limits.inlineBytes);
  const decoder = new TarDecoder(stage);
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      archiveBytes += piece.length;
      yield piece;
    }
  };
  const { head, whole } = await peek(counted(), headBytes);
  try {
    for await (const piece of decompressed(head, whole, options)) {
      limit.read(piece.length);
      await decode(decoder, Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength), options.signal);
    }
    decoder.finish();
  } catch (error) {
    stage.abort();
    options.signal?.throwIfAborted();
    const tells = error instanceof BuildError && !unreadableCodes.has(error.code);
    if (hasWideWindow(error)) {
      throw new OpsError('ARCHIVE_TOO_LARGE', `Cannot unpack ${name}: its zstd compression needs more than the limit of 128 MiB of memory`, {
        family: 'resource',
        hint: 'Compress it without --long or --ultra, or copy it as it is with ADD --unpack=false or COPY.',
        cause: error,
      });
    }
    if (tells || !(error instanceof BuildError)) throw storageError(error, `unpack ${name}`);
    if (!decoder.recognized && !(await beginsAsTar(head, options))) return undefined;
    throw new OpsError('ARCHIVE_INVALID', `Cannot unpack ${name}: ${error.message.replace(/^Cannot [^:]*: /, '')}`, {
      family: 'validation',
      hint: 'Make the archive anew, or copy it as it is with ADD --unpack=false or COPY.',
      cause: error,
    });
  }
  return decoder.recognized ? stage.entries : undefined;
}

/** Whether it is the error of a zstd frame whose window is above Node's limit, 2 to the power of 27. */
function hasWideWindow(error: unknown): boolean {
  return error instanceof BuildError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ZSTD_error_frameParameter_windowTooLarge';
}

/** As decoder.write, in steps between which other work has its turn. */
async function decode(decoder: TarDecoder, piece: Buffer, signal: AbortSignal | undefined): Promise<void> {
  let taken = 0;
  do {
    signal?.throwIfAborted();
    taken += decoder.step(piece.subarray(taken));
    await new Promise((resolve) => setImmediate(resolve));
  } while (taken < piece.length || decoder.filling);
}

/** Counts what an archive unpacks to. Errors: ARCHIVE_TOO_LARGE. */
class ArchiveLimit {
  readonly #name: string;
  readonly #limits: ArchiveLimits;
  readonly #archiveBytes: () => number;
  #entries = 0;
  #readBytes = 0;
  #fileBytes = 0;
  #nameBytes = 0;

  constructor(name: string, limits: ArchiveLimits, archiveBytes: () => number) {
    this.#name = name;
    this.#limits = limits;
    this.#archiveBytes = archiveBytes;
  }

  /** Bytes of the uncompressed archive. */
  read(bytes: number): void {
    this.#readBytes += bytes;
    this.#check(this.#readBytes);
  }

  entry({ name, link, size }: TarHeader): void {
    const { maxEntries, nameBytes } = this.#limits;
    if (++this.#entries > maxEntries) throw this.#tooLarge(`it has more than the limit of ${maxEntries} entries`);
    this.#nameBytes += Buffer.byteLength(name) + Buffer.byteLength(link);
    if (this.#nameBytes > nameBytes) throw this.#tooLarge(`the names of its entries have more than the limit of ${nameBytes} bytes`);
    this.#fileBytes += size;
    this.#check(this.#fileBytes);
  }

  #check(bytes: number): void {
    const { freeBytes, ratio } = this.#limits;
    const most = Math.max(freeBytes, ratio * this.#archiveBytes());
    if (bytes > most) throw this.#tooLarge(`unpacked it has more than the limit of ${most} bytes, far more than its size suggests`);
  }

  #tooLarge(found: string): OpsError {
    return new OpsError('ARCHIVE_TOO_LARGE', `Cannot unpack ${this.#name}: ${found}`, {
      family: 'resource',
      hint: 'It is damaged or made to exhaust the machine. One that is meant to be so large can be unpacked by a RUN step.',
    });
  }
}

function decompressed(head: Uint8Array, whole: AsyncIterable<Uint8Array>, options: ArchiveOptions): AsyncIterable<Uint8Array> {
  const compression = compressionOf(head);
  switch (compression) {
    case undefined:
      return whole;
    case 'gzip':
    case 'zstd':
      return zlibCodec().decompress(compression, whole, options.signal);
    case 'bzip2':
    case 'xz':
      return decompressWith(compression, whole, options);
    default:
      return compression satisfies never;
  }
}

/** Whether a damaged archive has a whole header before the damage. Taken byte by byte, since decompressors keep back what they had when they find a fault. */
async function beginsAsTar(head: Uint8Array, options: ArchiveOptions): Promise<boolean> {
  const decoder = new TarDecoder({ entry: () => {}, data: () => {}, end: () => {} });
  async function* single(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < head.length; at++) yield head.subarray(at, at + 1);
  }
  try {
    for await (const piece of decompressed(head, single(), options)) {
      const bytes = Buffer.from(piece);
      // In steps, to stop at the header: what follows may be a hole without end.
      for (let at = 0; at < bytes.length && !decoder.recognized;) at += decoder.step(bytes.subarray(at));
      if (decoder.recognized) break;
    }
  } catch {
    // The fault was reported by the first reading.
  }
  return decoder.recognized;
}

/** Puts the files of an archive down as they stream by. */
class ArchiveStage implements TarHandler {
  readonly entries: PlanEntry[] = [];
  readonly #stagingFolder: () => string;
  readonly #limit: ArchiveLimit;
  #inlineLeft: number;
  #folder: string | undefined;
  #file: { header: TarHeader; hash: Hash; pieces: Buffer[]; descriptor: number | undefined; path: string } | undefined;

  constructor(stagingFolder: () => string, limit: ArchiveLimit, inlineBytesInAll: number) {
    this.#stagingFolder = stagingFolder;
    this.#limit = limit;
    this.#inlineLeft = inlineBytesInAll;
  }

  entry(header: TarHeader): void {
    this.#limit.entry(header);
    checkLengths(header);
    if (header.type !== 'file') {
      this.entries.push(entryOf(header));
      return;
    }
    this.#file = { header, hash: createHash('sha256'), pieces: [], descriptor: undefined, path: '' };
    if (header.size <= Math.min(inlineBytes, this.#inlineLeft)) {
      this.#inlineLeft -= header.size;
      return;
    }
    this.#folder ??= this.#stagingFolder();
    this.#file.path = join(this.#folder, String(this.entries.length));
    this.#file.descriptor = openSync(this.#file.path, 'wx', 0o600);
  }

  data(piece: Buffer): void {
    const file = this.#file!;
    file.hash.update(piece);
    if (file.descriptor === undefined) {
      file.pieces.push(Buffer.from(piece));
      return;
    }
    for (let written = 0; written < piece.length;) written += writeSync(file.descriptor, piece, written);
  }

  end(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.abort();
    const { header, hash, pieces, descriptor, path } = file;
    const content: ContentSource = descriptor === undefined ? { kind: 'inline', data: Buffer.concat(pieces).toString('base64') } : { kind: 'file', path };
    this.entries.push({ ...entryOf(header), digest: `sha256:${hash.digest('hex')}` as Digest, content });
  }

  /** Closes the file that is being written. */
  abort(): void {
    if (this.#file?.descriptor !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
  }
}

function entryOf(header: TarHeader): PlanEntry {
  const { name, type, mode, uid, gid, size, mtimeSec, mtimeNs, link, major, minor, xattrs } = header;
  for (const [attribute, value] of xattrs ?? []) checkXattr(name, attribute, value);
  // Of the extended attributes of an archive only this one gets into layers, as with docker build.
  const capability = xattrs?.get('security.capability');
  return {
    path: name,
    type,
    mode,
    uid: uid === unchangedID ? 0 : uid,
    gid: gid === unchangedID ? 0 : gid,
    size,
    ...(mtimeSec < 0 || mtimeSec > latestSecond ? { mtimeSec: 0, mtimeNs: 0 } : { mtimeSec, mtimeNs }),
    ...(link === '' ? {} : { link }),
    ...(type === 'char' || type === 'block' ? { major, minor } : {}),
    ...(capability === undefined ? {} : { xattrs: { 'security.capability': Buffer.from(capability).toString('base64') } }),
  };
}

/** Errors: ARCHIVE_INVALID for what no Linux takes. */
function checkXattr(name: string, attribute: string, value: Uint8Array): void {
  const found =
    value.length > longestXattrBytes
      ? `has ${value.length} bytes, more than the ${longestXattrBytes} that Linux takes`
      : attribute === 'security.capability' && !isCapability(Buffer.from(value))
        ? 'is no set of file capabilities'
        : undefined;
  if (found === undefined) return;
  throw invalidEntry(name, `its extended attribute ${attribute} ${found}`);
}

/** Errors: ARCHIVE_INVALID for names and link targets that no Linux takes. They are refused before they are kept, since a small archive may hold many of them. */
function checkLengths({ name, link }: TarHeader): void {
  const fault = lengthFault(cleanPath(name));
  if (fault !== undefined) throw invalidEntry(name, fault);
  if (Buffer.byteLength(link) > longestLinkBytes) throw invalidEntry(name, `its link target has more than the limit of ${longestLinkBytes} bytes`);
}

/** The archive is named by the error that this becomes the cause of. */
function invalidEntry(name: string, found: string): OpsError {
  return new OpsError('ARCHIVE_INVALID', `Cannot unpack the archive: its entry ${JSON.stringify(name.slice(0, 80))}: ${found}`, { family: 'validation' });
}

/** PATH_MAX in linux/limits.h, without the zero at the end. */
const longestLinkBytes = 4095;

/** Versions 2 and 3 of struct vfs_cap_data in linux/capability.h. */
function isCapability(value: Buffer): boolean {
  const version = value.length < 4 ? 0 : value.readUInt32LE(0) >>> 24;
  return (version === 2 && value.length === 20) || (version === 3 && value.length === 24);
}

/** XATTR_SIZE_MAX in linux/limits.h. */
const longestXattrBytes = 65_536;

/** The first bytes of a stream, and the stream with them. */
async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<{ head: Uint8Array; whole: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < bytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(Uint8Array.from(next.value));
    size += next.value.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(chunks), whole: whole() };
}

/** What says that the bytes are not what they seemed, as opposed to a machine that fails. */
const unreadableCodes: ReadonlySet<string> = new Set(['TAR_INVALID', 'TAR_TRUNCATED', 'TAR_LIMIT', 'STREAM_CORRUPT', 'ARCHIVE_INVALID']);
const headBytes = 4096;
/** The kernel takes it as: leave the owner as it is. */
const unchangedID = 0xffff_ffff;
/** As docker build, which counts nanoseconds in 64 bits and takes times out of that range, or before 1970, for 1970. */
const latestSecond = 9_223_372_036;
/** Files up to this size travel within their entries. */
const inlineBytes = 1024;
