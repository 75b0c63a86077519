import type { Compression } from '../oci/index.ts';

/** Where compressed bytes go. A chunk is the sink's to keep. A promise holds back further chunks. */
export type ByteSink = (chunk: Uint8Array) => void | Promise<void>;

/** What is decompressed: a stream, or a file, which some codecs read by themselves without the bytes passing through this process. */
export type CompressedSource = AsyncIterable<Uint8Array> | CompressedFile;

export interface CompressedFile {
  readonly path: string;
  /** Bytes that the file will have; another process is still writing it. Default: it is whole. */
  readonly growsTo?: number;
}

/** One compression under way. Ended by `end` or `abort`. */
export interface Compressor {
  /**
   * Takes bytes. The chunk belongs to the compressor until the promise resolves, then it may be reused; without a promise it may be reused at once.
   * Several writes may be under way; they are taken in order.
   */
  write(chunk: Uint8Array): void | Promise<void>;
  /** Resolves when the sink has had everything. Errors: those of the sink and of the codec. */
  end(): Promise<void>;
  /** Stops at once and drops what is under way. Idempotent. */
  abort(): void;
}

/** Compresses and decompresses streams. The same input, kind and level give the same bytes within one codec. */
export interface Codec {
  /** What decides the compressed bytes, for instance `isal 1`: the compressor and its level. */
  describe(kind: Compression, level: number | undefined): string;
  /** `level` undefined means the codec's default: fast. */
  compress(kind: Compression, level: number | undefined, sink: ByteSink): Compressor;
  /** A chunk is only lent: it may be reused when the next is asked for. Leaving the iteration early stops the work. Errors: STREAM_CORRUPT. */
  decompress(kind: Compression, source: CompressedSource, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
