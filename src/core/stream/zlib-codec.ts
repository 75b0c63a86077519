import { createReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import type { Compression } from '../oci/index.ts';
import type { ByteSink, Codec, CompressedFile, CompressedSource, Compressor } from './codec.ts';
import { corruptError } from './error.ts';
import { growingFile } from './growing-file.ts';
import { parallelGzip, type DeflateBlock } from './parallel-gzip.ts';

const defaultGzipLevel = 1;
const defaultZstdLevel = 3;
const chunkBytes = 256 << 10;

/** Node's own zlib: gzip in parallel blocks, and zstd. */
export function zlibCodec(): Codec {
  return { describe, compress, decompress };
}

function describe(kind: Compression, level: number | undefined): string {
  switch (kind) {
    case 'none':
      return 'none';
    case 'gzip':
      return `zlib ${level ?? defaultGzipLevel}`;
    case 'zstd':
      return `zstd ${level ?? defaultZstdLevel}`;
    default:
      return kind satisfies never;
  }
}

function compress(kind: Compression, level: number | undefined, sink: ByteSink): Compressor {
  switch (kind) {
    case 'none':
      return plainCompressor(sink);
    case 'gzip':
      return parallelGzip({ deflate: zlibDeflate(level ?? defaultGzipLevel) }, sink);
    case 'zstd': {
      const { constants, createZstdCompress } = process.getBuiltinModule('node:zlib');
      const params = { [constants.ZSTD_c_compressionLevel]: level ?? defaultZstdLevel, [constants.ZSTD_c_checksumFlag]: 1 };
      return transformCompressor(createZstdCompress({ params, chunkSize: chunkBytes }), sink);
    }
    default:
      return kind satisfies never;
  }
}

/** Blocks deflated on libuv's thread pool, each with the bytes before it as dictionary. Level 0 to 9. */
export function zlibDeflate(level: number): DeflateBlock {
  const { constants, deflateRaw } = process.getBuiltinModule('node:zlib');
  return (block, window, isLast) =>
    new Promise((resolve, reject) => {
      deflateRaw(
        block,
        {
          level,
          finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
          chunkSize: Math.max(block.length, 64 << 10),
          ...(window ? { dictionary: window } : {}),
        },
        (error, bytes) => (error ? reject(error) : resolve(bytes)),
      );
    });
}

async function* decompress(kind: Compression, source: CompressedSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const bytes = 'path' in source ? readFile(source, stopped) : source;
  if (kind === 'none') {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      yield chunk as Uint8Array;
    }
    return;
  }
  const { createGunzip, createZstdDecompress } = process.getBuiltinModule('node:zlib');
  const { pipeline } = process.getBuiltinModule('node:stream/promises');
  const transform: Transform = kind === 'gzip' ? createGunzip({ chunkSize: chunkBytes }) : createZstdDecompress({ chunkSize: chunkBytes });
  const feeding = pipeline(bytes, transform, { signal: stopped });
  feeding.catch(() => undefined);
  try {
    for await (const chunk of transform) {
      signal?.throwIfAborted();
      yield chunk as Uint8Array;
    }
    // It may end before its input does: padding can follow the end of compressed data.
    await feeding.catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ABORT_ERR' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  } catch (error) {
    signal?.throwIfAborted();
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (/^(Z_|ZSTD_|ERR_ZSTD)/.test(code)) throw corruptError(kind, (error as Error).message, error);
    throw error;
  } finally {
    stop.abort();
  }
}

function readFile({ path, growsTo }: CompressedFile, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return growsTo === undefined ? createReadStream(path, { highWaterMark: chunkBytes }) : growingFile(path, growsTo, signal);
}

/** Passes bytes to the sink as they are. */
export function plainCompressor(sink: ByteSink): Compressor {
  let tail: Promise<void> | undefined;
  return {
    write(chunk) {
      // The sink may keep what it gets; the caller reuses it.
      const own = Buffer.from(chunk);
      if (tail) return (tail = tail.then(() => sink(own)));
      const waiting = sink(own);
      if (waiting) tail = waiting;
      return waiting;
    },
    async end() {
      await tail;
    },
    abort() {},
  };
}

/** A Compressor over a stream that transforms; the sink holds back the stream. */
export function transformCompressor(transform: Transform, sink: ByteSink): Compressor {
  const draining = (async () => {
    for await (const chunk of transform) await sink(chunk as Uint8Array);
  })();
  draining.catch(() => undefined);
  return {
    async write(chunk) {
      const failure = await new Promise<unknown>((resolve) => transform.write(chunk, resolve));
      // What the sink threw says more than that the stream was destroyed by it.
      if (failure) await draining.then(() => Promise.reject(failure as Error));
    },
    async end() {
      transform.end();
      await draining;
    },
    abort() {
      transform.destroy();
    },
  };
}
