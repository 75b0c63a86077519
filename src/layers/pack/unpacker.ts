import { createHash, hash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { storageError } from '../../host/content/index.ts';
import type { Digest, DiffID } from '../../core/oci/index.ts';
import { TarDecoder, type TarHandler, type TarHeader } from '../../core/tar/index.ts';
import { contentDigestOf, type LayerEntry, type LayerIndex } from '../../core/tree/index.ts';
import { hostile, layerError } from '../index/index.ts';
import type { FolderSink } from './folder-sink.ts';
import { IndexBuilder, type OpenEntry } from './index-builder.ts';

/** What a layer may hold at most. */
export interface LayerLimits {
  /** Bytes of an unpacked layer that are allowed whatever its blob's size. Default 4 GiB. */
  readonly freeBytes: number;
  /** Beyond them: unpacked bytes for each byte of the blob. Default 200; deflate ends at 1032, zstd far above. */
  readonly ratio: number;
  /** Default 5 million. */
  readonly maxEntries: number;
}

export const defaultLayerLimits: LayerLimits = { freeBytes: 4 * 2 ** 30, ratio: 200, maxEntries: 5_000_000 };

export interface UnpackerOptions {
  readonly diffID: DiffID;
  /** Bytes of the uncompressed layer, holes of sparse files included, that are refused. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Where the files go; absent: only the index is made. */
  readonly folder?: FolderSink;
}

/** Takes a layer's uncompressed tar in pieces: hashes it, indexes it and writes its files, in one pass. Synchronous. */
export class Unpacker implements TarHandler {
  readonly #options: UnpackerOptions;
  readonly #builder: IndexBuilder;
  readonly #decoder = new TarDecoder(this);
  readonly #hash = createHash('sha256');
  readonly #folder: FolderSink | undefined;
  #tarSize = 0;
  #expandedBytes = 0;
  #entry: OpenEntry | undefined;
  #fd: number | undefined;
  #contentHash: Hash | undefined;

  constructor(options: UnpackerOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#builder = new IndexBuilder({
      maxEntries: options.maxEntries,
      onRemove: (path, gone) => this.#folder?.remove(path, gone),
      onChange: (entry) => this.#folder?.change(entry),
      onFolder: (entry) => this.#folder?.folder(entry),
    });
  }

  /** Errors: LAYER_HOSTILE, LAYER_INVALID, LAYER_UNWRITABLE, DISK_FULL, those of the tar. */
  write(piece: Buffer): void {
    this.#tarSize += piece.length;
    if (this.#tarSize > this.#options.maxBytes) throw this.#tooLarge();
    this.#hash.update(piece);
    this.#decoder.write(piece);
  }

  /** Verifies and completes; the folder is still to be finished. Errors: LAYER_MISMATCH and those of `write`. */
  finish(): LayerIndex {
    this.#decoder.finish();
    const found = `sha256:${this.#hash.digest('hex')}`;
    const { diffID } = this.#options;
    if (found !== diffID) {
      throw layerError(
        'LAYER_MISMATCH',
        `Cannot use layer ${diffID}: its bytes have the digest ${found}`,
        'The image names a layer that its registry does not have.',
      );
    }
    const entries = this.#builder.finish();
    this.#markFolder(entries);
    return { diffID, contentDigest: contentDigestOf(entries), tarSize: this.#tarSize, entries };
  }

  /** Closes what is open, after an error. */
  abort(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) this.#folder!.closeFile(fd, this.#entry!);
  }

  entry(header: TarHeader, offset: number | undefined): void {
    if (header.size > this.#options.maxBytes) throw this.#tooLarge();
    const entry = this.#builder.place(header, offset);
    this.#entry = entry;
    if (!entry || !this.#folder) return;
    switch (entry.type) {
      case 'file':
        this.#fd = this.#folder.openFile(entry);
        return;
      case 'dir':
        return this.#folder.folder(entry);
      case 'symlink':
        return this.#folder.symlink(entry);
      case 'hardlink':
        return this.#folder.hardlink(entry);
      case 'char':
      case 'block':
      case 'fifo':
        return this.#folder.node(entry);
      default:
        return entry.type satisfies never;
    }
  }

  data(piece: Buffer): void {
    const entry = this.#entry;
    // The content of a whiteout.
    if (!entry) return;
    if (entry.offset === undefined) {
      this.#expandedBytes += piece.length;
      if (this.#expandedBytes > this.#options.maxBytes) throw this.#tooLarge();
    }
    if (piece.length === entry.size) entry.digest = `sha256:${hash('sha256', piece, 'hex')}` as Digest;
    else (this.#contentHash ??= createHash('sha256')).update(piece);
    if (this.#fd !== undefined) writeAll(this.#fd, piece);
  }

  end(): void {
    const entry = this.#entry;
    if (!entry) return;
    if (entry.type === 'file') {
      if (this.#contentHash) entry.digest = `sha256:${this.#contentHash.digest('hex')}` as Digest;
      else if (entry.size === 0) entry.digest = emptyDigest;
      this.#contentHash = undefined;
    }
    if (this.#fd !== undefined) {
      const fd = this.#fd;
      this.#fd = undefined;
      this.#folder!.closeFile(fd, entry);
    }
    this.#entry = undefined;
  }

  #markFolder(entries: readonly LayerEntry[]): void {
    if (!this.#folder) return;
    for (const entry of entries) {
      if (entry.whiteout === 'whiteout') this.#folder.whiteout(entry.path);
      else if (entry.whiteout === 'opaque') this.#folder.opaque(entry.path);
    }
  }

  #tooLarge(): Error {
    return hostile(
      this.#options.diffID,
      `unpacked it has more than the limit of ${this.#options.maxBytes} bytes, far more than its compressed size lets expect`,
    );
  }
}

export const emptyDigest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' as Digest;

/** Errors: DISK_FULL. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  try {
    for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done);
  } catch (error) {
    throw storageError(error, 'write a layer');
  }
}
