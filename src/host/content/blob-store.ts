import {
  closeSync,
  createReadStream,
  fdatasyncSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestOf, hexOf, parseDigest, type Digest } from '../../core/oci/index.ts';
import { BlobWriter, publishBlob, type ExpectedBlob } from './blob-writer.ts';
import { ContentError, isFileDamage, storageError } from './error.ts';
import { lock, type Lock } from './lock.ts';

/** Limit of `read`, bytes. Manifests and configs are far smaller. */
const defaultReadLimitBytes = 16 << 20;

/** `touch` writes no more often than this. */
const touchIntervalMs = 10 * 60_000;

export interface BlobStoreOptions {
  /** Folder of the OCI layout's `blobs/sha256`. */
  readonly folder: string;
  /** A path for a temporary file on the same filesystem. */
  readonly temporaryPath: () => string;
  /** Where `lock` keeps its locks. */
  readonly locksFolder: string;
  /** Whether a blob is on the disk itself before it gets its name. */
  readonly durable: boolean;
  /** Called with a sentence when a damaged blob was removed. */
  readonly onHealed: (message: string) => void;
}

/** Blobs by digest, in an OCI layout. A blob that has its name was whole and verified when it got it; what leaves the store is verified again. */
export class BlobStore {
  readonly #options: BlobStoreOptions;
  /** Verified since this process began, by a look at the file or when it was written. */
  readonly #verified = new Set<Digest>();
  /** Blobs that are being verified. */
  readonly #verifying = new Map<Digest, Promise<boolean>>();

  constructor(options: BlobStoreOptions) {
    this.#options = options;
  }

  has(digest: Digest): boolean {
    return this.#sizeOf(digest) !== undefined;
  }

  /** As `has`, and with this size. With another one either the blob is damaged or what says its size is wrong. */
  hasWhole(digest: Digest, sizeBytes: number): boolean {
    return this.#sizeOf(digest) === sizeBytes;
  }

  path(digest: Digest): string {
    return join(this.#options.folder, hexOf(digest));
  }

  /** Bytes. Errors: BLOB_MISSING. */
  size(digest: Digest): number {
    const size = this.#sizeOf(digest);
    if (size === undefined) throw missing(digest);
    return size;
  }

  /** The whole of a small document, verified again. Errors: BLOB_MISSING, BLOB_TOO_LARGE, BLOB_DIGEST_MISMATCH. */
  read(digest: Digest, limitBytes = defaultReadLimitBytes): Buffer {
    const size = this.size(digest);
    if (size > limitBytes) {
      throw new ContentError('BLOB_TOO_LARGE', `Cannot read blob ${digest}: it has ${size} bytes, more than the limit of ${limitBytes}`, {
        family: 'validation',
      });
    }
    const bytes = readFileSync(this.path(digest));
    if (digestOf(bytes) !== digest) {
      throw new ContentError('BLOB_DIGEST_MISMATCH', `Cannot read blob ${digest}: the stored file was altered`, {
        family: 'filesystem',
        hint: `Remove ${this.path(digest)} and build again.`,
      });
    }
    return bytes;
  }

  /** As `read`; undefined where the blob is missing, or is damaged: then it is removed. Errors: BLOB_TOO_LARGE, STORE_UNUSABLE. */
  readSound(digest: Digest, limitBytes = defaultReadLimitBytes): Buffer | undefined {
    return this.#readOr(digest, limitBytes, (found) => this.#removeDamaged(digest, found));
  }

  /** As `readSound`, and removes nothing. */
  readIfSound(digest: Digest, limitBytes = defaultReadLimitBytes): Buffer | undefined {
    return this.#readOr(digest, limitBytes, () => {});
  }

  #readOr(digest: Digest, limitBytes: number, onDamage: (found: string) => void): Buffer | undefined {
    if (!this.has(digest)) return undefined;
    try {
      return this.read(digest, limitBytes);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'ENOENT') return undefined;
      if (code !== 'BLOB_DIGEST_MISMATCH' && !isFileDamage(error)) throw storageError(error, `read blob ${digest}`);
      onDamage(code === 'BLOB_DIGEST_MISMATCH' ? 'its bytes were altered' : `it cannot be read (${String(code)})`);
      return undefined;
    }
  }

  /**
   * Whether the blob is there and its bytes are those of its digest and size. One whose bytes are not those of its digest is removed, so that it is made or fetched
   * anew; one that only has another size than the caller expects stays. Reads the whole blob, unless this process has written or verified it. Errors: STORE_UNUSABLE.
   */
  async isSound(digest: Digest, sizeBytes: number | undefined, signal: AbortSignal): Promise<boolean> {
    const size = this.#sizeOf(digest);
    if (size === undefined) return false;
    const isRightSize = sizeBytes === undefined || size === sizeBytes;
    if (this.#verified.has(digest) && isRightSize) return true;
    this.#verified.delete(digest);
    let verifying = this.#verifying.get(digest);
    if (verifying === undefined) {
      verifying = this.#verify(digest, signal).finally(() => this.#verifying.delete(digest));
      this.#verifying.set(digest, verifying);
    }
    return (await verifying) && (sizeBytes === undefined || this.hasWhole(digest, sizeBytes));
  }

  /** Takes the blob for verified: a thread or process of this build hashed it while it wrote it, so that it need not be read before it is sent. */
  trust(digest: Digest): void {
    this.#verified.add(digest);
  }

  /** Has `isSound` read the blob again: work with it has failed. */
  doubt(digest: Digest): void {
    this.#verified.delete(digest);
  }

  async #verify(digest: Digest, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const inode = this.#inodeOf(digest);
      if (inode === undefined) return false;
      const found = await this.#damageOf(digest, signal);
      // What has taken its place meanwhile is another process's, or ours: it is looked at by itself.
      if (inode !== this.#inodeOf(digest)) continue;
      if (found === undefined) this.#verified.add(digest);
      else this.#removeDamaged(digest, found);
      return found === undefined;
    }
  }

  async #damageOf(digest: Digest, signal: AbortSignal): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(this.path(digest), { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
    } catch (error) {
      signal.throwIfAborted();
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && !isFileDamage(error)) throw storageError(error, `read blob ${digest}`);
      return `it cannot be read (${code})`;
    }
    return `sha256:${hash.digest('hex')}` === digest ? undefined : 'its bytes were altered';
  }

  #removeDamaged(digest: Digest, found: string): void {
    this.#verified.delete(digest);
    try {
      // Whatever stands there, folders included.
      rmSync(this.path(digest), { recursive: true, force: true });
    } catch (error) {
      throw storageError(error, `remove the damaged blob ${digest}`);
    }
    this.#options.onHealed(`Blob ${digest} of the store was damaged, ${found}: it was removed, to be made or fetched anew`);
  }

  /** A stream of the blob, or of the bytes from `start` to before `end`. Errors: BLOB_MISSING. */
  open(digest: Digest, { start = 0, end = Infinity }: { readonly start?: number; readonly end?: number } = {}): Readable {
    if (!this.has(digest)) throw missing(digest);
    return createReadStream(this.path(digest), { highWaterMark: 256 << 10, start, end: Math.max(end - 1, start) });
  }

  /** Stores a small document. Writes nothing where it is there and undamaged. Errors: DISK_FULL. */
  put(bytes: Uint8Array | string): Digest {
    const digest = digestOf(bytes);
    if (this.readSound(digest, Infinity) !== undefined) return digest;
    const temporary = this.#options.temporaryPath();
    try {
      writeWhole(temporary, bytes, this.#options.durable);
      publishBlob(temporary, this.path(digest));
      return digest;
    } catch (error) {
      rmSync(temporary, { force: true });
      throw storageError(error, 'write a blob');
    }
  }

  /** A writer for a blob that comes in pieces. Errors: DISK_FULL, STORE_UNUSABLE. */
  writer(expected: ExpectedBlob = {}): BlobWriter {
    const { temporaryPath, durable } = this.#options;
    const publish = (temporary: string, digest: Digest): void => {
      publishBlob(temporary, this.path(digest));
      this.trust(digest);
    };
    return new BlobWriter(temporaryPath(), expected, publish, durable);
  }

  /** Whether it was there. Only while no build holds a lease; see Store.lease. */
  delete(digest: Digest): boolean {
    try {
      this.#verified.delete(digest);
      unlinkSync(this.path(digest));
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return false;
      if (code === 'EISDIR' || code === 'EPERM') {
        rmSync(this.path(digest), { recursive: true });
        return true;
      }
      throw storageError(error, `delete blob ${digest}`);
    }
  }

  /** Tells that the blob was used now, for least-recently-used collection. */
  touch(digest: Digest, nowMs = Date.now()): void {
    const path = this.path(digest);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats && nowMs - stats.mtimeMs > touchIntervalMs) utimesSync(path, nowMs / 1000, nowMs / 1000);
  }

  /** All blobs, unsorted. `usedAtMs` is when it was last touched, or made. */
  *list(): Generator<{ readonly digest: Digest; readonly sizeBytes: number; readonly usedAtMs: number }> {
    for (const name of readdirSync(this.#options.folder)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const stats = statSync(join(this.#options.folder, name), { throwIfNoEntry: false });
      if (stats) yield { digest: parseDigest(`sha256:${name}`), sizeBytes: stats.size, usedAtMs: stats.mtimeMs };
    }
  }

  /** Waits until no other process fetches this blob, and keeps others from it until released. */
  lock(digest: Digest, signal: AbortSignal): Promise<Lock> {
    return lock(join(this.#options.locksFolder, `blob-${hexOf(digest)}`), signal);
  }

  /** An empty file under a digest that is not that of nothing is what a power failure left, and a folder is no blob: they count as missing. */
  #sizeOf(digest: Digest): number | undefined {
    const stats = statSync(this.path(digest), { throwIfNoEntry: false });
    return stats?.isFile() === true && (stats.size > 0 || digest === emptyDigest) ? stats.size : undefined;
  }

  #inodeOf(digest: Digest): bigint | undefined {
    return statSync(this.path(digest), { bigint: true, throwIfNoEntry: false })?.ino;
  }
}

const emptyDigest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function missing(digest: Digest): ContentError {
  return new ContentError('BLOB_MISSING', `Cannot read blob ${digest}: it is not in the store`, { family: 'internal' });
}

function writeWhole(path: string, bytes: Uint8Array | string, durable: boolean): void {
  const fd = openSync(path, 'wx', 0o644);
  try {
    writeFileSync(fd, bytes);
    if (durable) fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
