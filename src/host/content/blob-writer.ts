import { createHash } from 'node:crypto';
import { closeSync, fdatasync, openSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import type { Digest } from '../../core/oci/index.ts';
import { ContentError, storageError } from './error.ts';

/** What the bytes must turn out to be. A size alone is a limit that must be met exactly. */
export interface ExpectedBlob {
  readonly digest?: Digest;
  /** Bytes. */
  readonly size?: number;
}

/** Writes one blob to a temporary file; it becomes visible, whole and verified, by `commit`. Whoever makes one ends it by `commit` or `abort`. */
export class BlobWriter implements Disposable {
  readonly #path: string;
  readonly #expected: ExpectedBlob;
  readonly #publish: (temporary: string, digest: Digest) => void;
  readonly #durable: boolean;
  readonly #hash = createHash('sha256');
  #fd: number | undefined;
  #size = 0;

  constructor(path: string, expected: ExpectedBlob, publish: (temporary: string, digest: Digest) => void, durable: boolean) {
    this.#path = path;
    this.#expected = expected;
    this.#publish = publish;
    this.#durable = durable;
    try {
      this.#fd = openSync(path, 'wx', 0o644);
    } catch (error) {
      throw storageError(error, 'write a blob');
    }
  }

  /** The temporary file, which grows with each write. */
  get path(): string {
    return this.#path;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  /** Synchronous, so that the chunk may be reused at once. Errors: BLOB_SIZE_MISMATCH as soon as there is more than expected, DISK_FULL. */
  write(chunk: Uint8Array): void {
    const fd = this.#opened();
    const limit = this.#expected.size;
    if (limit !== undefined && this.#size + chunk.byteLength > limit)
      throw this.#mismatch('BLOB_SIZE_MISMATCH', `there are more than the ${limit} bytes announced`);
    try {
      for (let done = 0; done < chunk.byteLength;) done += writeSync(fd, chunk, done);
    } catch (error) {
      throw storageError(error, 'write a blob');
    }
    this.#hash.update(chunk);
    this.#size += chunk.byteLength;
  }

  /** Verifies and publishes. The temporary file is gone afterwards in any case. Errors: BLOB_SIZE_MISMATCH, BLOB_DIGEST_MISMATCH, DISK_FULL. */
  async commit(): Promise<{ digest: Digest; size: number }> {
    const fd = this.#opened();
    try {
      const digest = this.#verify();
      // Also over a blob of that name: it may be damaged, and ours is verified.
      if (this.#durable) await syncData(fd);
      this.#publish(this.#path, digest);
      return { digest, size: this.#size };
    } catch (error) {
      throw storageError(error, 'write a blob');
    } finally {
      this.abort();
    }
  }

  /** Drops what was written; does nothing after `commit`. */
  abort(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    try {
      unlinkSync(this.#path);
    } catch {
      // Renamed by commit, or swept with the folder.
    }
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #verify(): Digest {
    const digest = `sha256:${this.#hash.digest('hex')}` as Digest;
    const expected = this.#expected;
    if (expected.size !== undefined && this.#size !== expected.size) {
      throw this.#mismatch('BLOB_SIZE_MISMATCH', `it ended after ${this.#size} of ${expected.size} bytes`);
    }
    if (expected.digest !== undefined && digest !== expected.digest) throw this.#mismatch('BLOB_DIGEST_MISMATCH', `its bytes have the digest ${digest}`);
    return digest;
  }

  #opened(): number {
    if (this.#fd === undefined) throw new Error('the blob writer has ended');
    return this.#fd;
  }

  #mismatch(code: 'BLOB_SIZE_MISMATCH' | 'BLOB_DIGEST_MISMATCH', found: string): ContentError {
    return new ContentError(code, `Cannot store blob ${this.#expected.digest ?? ''}: ${found}`.replace('  ', ' '), {
      family: 'registry',
      hint: 'The sender or something between it and here altered or cut the bytes; try again.',
      retryable: true,
    });
  }
}

function syncData(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())));
}

/** Gives a whole and verified file the name of its blob; a folder in its place goes. */
export function publishBlob(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    rmSync(path, { recursive: true });
    renameSync(temporary, path);
  }
}
