import { createHash } from 'node:crypto';
import type { DiffID } from '../../core/oci/index.ts';
import type { Compressor } from '../../core/stream/index.ts';
import { blockBytes, encodeHeader, encodePax, endOfTarBytes, paddingOf, type TarHeader } from '../../core/tar/index.ts';
import { baseName, joinPath, parentOf, type LayerEntry } from '../../core/tree/index.ts';
import { writeAll } from './unpacker.ts';

export interface PackerOutputs {
  /** Is given the tar. */
  readonly compressor?: Compressor | undefined;
  /** A file that the plain tar is written to. */
  readonly tarFd?: number | undefined;
}

/** Small enough that hashing one takes about as long as the compressor works on what the pipe holds. */
const bufferBytes = 256 << 10;
const bufferCount = 4;
/** Without a compressor to wait for, the thread still looks up after so many buffers, to notice an abort. */
const restEveryBuffers = 8;

/**
 * Makes a layer's tar in a few big buffers that are used again and again: hashed for the diffID and handed to the outputs when full. Bytes are put straight into the
 * buffer: `room` says how many fit now, `flush` makes room.
 */
export class Packer {
  readonly #outputs: PackerOutputs;
  readonly #signal: AbortSignal;
  readonly #hash = createHash('sha256');
  readonly #buffers = Array.from({ length: bufferCount }, () => Buffer.allocUnsafeSlow(bufferBytes));
  /** By buffer: resolves when the compressor has done with it. */
  readonly #pending: Promise<void>[] = [];
  #current = 0;
  #count = 0;
  #flushed = 0;
  /** Where the next byte goes. */
  buffer: Buffer;
  filled = 0;

  constructor(outputs: PackerOutputs, signal: AbortSignal) {
    this.#outputs = outputs;
    this.#signal = signal;
    this.buffer = this.#buffers[0]!;
  }

  /** Bytes of the tar so far. */
  get position(): number {
    return this.#flushed + this.filled;
  }

  get room(): number {
    return bufferBytes - this.filled;
  }

  /** Whether a file of this size goes into one buffer with its header, and the byte that shows that it grew. */
  fits(size: number): boolean {
    return size + 2 * blockBytes < bufferBytes;
  }

  /** Hands on what is filled. Rejects with the signal's reason, and with the outputs' failures. */
  async flush(): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.filled === 0) return;
    const bytes = this.buffer.subarray(0, this.filled);
    this.#hash.update(bytes);
    if (this.#outputs.tarFd !== undefined) writeAll(this.#outputs.tarFd, bytes);
    const waiting = this.#outputs.compressor?.write(bytes);
    if (waiting) {
      this.#pending[this.#current] = waiting;
      // Awaited when the buffer's turn comes again.
      waiting.catch(() => undefined);
    } else if (++this.#count % restEveryBuffers === 0) await nextTurn();
    this.#flushed += this.filled;
    this.#current = (this.#current + 1) % bufferCount;
    this.buffer = this.#buffers[this.#current]!;
    this.filled = 0;
    await this.#pending[this.#current];
  }

  /** Whole blocks of an entry's header. There must be room for one block; an extended header may flush before. */
  async header(header: TarHeader): Promise<void> {
    const pax = encodePax(header);
    if (pax) await this.bytes(pax);
    if (this.room < blockBytes) await this.flush();
    encodeHeader(header, this.buffer, this.filled);
    this.filled += blockBytes;
  }

  async bytes(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      if (this.room === 0) await this.flush();
      const copied = bytes.copy(this.buffer, this.filled, at);
      this.filled += copied;
      at += copied;
    }
  }

  /** Fills up to the next block. */
  async pad(size: number): Promise<void> {
    const padding = paddingOf(size);
    if (this.room < padding) await this.flush();
    this.buffer.fill(0, this.filled, this.filled + padding);
    this.filled += padding;
  }

  /** Ends the tar. The compressor's `end` is the caller's. */
  async finish(): Promise<{ diffID: DiffID; tarSize: number }> {
    await this.bytes(Buffer.alloc(endOfTarBytes));
    await this.flush();
    await Promise.all(this.#pending);
    return { diffID: `sha256:${this.#hash.digest('hex')}` as DiffID, tarSize: this.#flushed };
  }
}

/** How an entry stands in a layer's tar (OCI image spec layer.md). */
export function tarHeaderOf(entry: LayerEntry): TarHeader {
  if (entry.whiteout === 'whiteout') return whiteoutHeader(joinPath(parentOf(entry.path), `.wh.${baseName(entry.path)}`));
  const { type } = entry;
  return {
    name: type === 'dir' ? `${entry.path === '' ? '.' : entry.path}/` : entry.path,
    type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size: type === 'file' ? entry.size : 0,
    mtimeSec: entry.mtimeSec,
    mtimeNs: entry.mtimeNs,
    link: type === 'symlink' || type === 'hardlink' ? entry.link! : '',
    major: entry.major ?? 0,
    minor: entry.minor ?? 0,
    ...(entry.xattrs ? { xattrs: new Map(Object.entries(entry.xattrs).map(([name, value]) => [name, Buffer.from(value, 'base64')])) } : {}),
  };
}

/** The mark of an opaque folder, which follows the folder's own header. */
export function opaqueHeader(path: string): TarHeader {
  return whiteoutHeader(joinPath(path, '.wh..wh..opq'));
}

/** Without times, so that the same deletion gives the same bytes. */
function whiteoutHeader(name: string): TarHeader {
  return { name, type: 'file', mode: 0, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0, link: '', major: 0, minor: 0 };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
