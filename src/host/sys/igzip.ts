import type { Compression } from '../../core/oci/index.ts';
import { parallelGzip, type Codec, type CompressedSource, type DeflateBlock } from '../../core/stream/index.ts';
import { IgzipCompressor } from './igzip-compress.ts';
import { gunzip } from './igzip-decompress.ts';
import { SmallCompressor } from './igzip-small.ts';
import { Isal } from './isal.ts';
import { findProgram } from './program.ts';

export interface IgzipOptions {
  /** The path of `igzip`; undefined: there is none. Default: looked for on the PATH of the environment. */
  readonly program?: string | undefined;
  /** What compresses. Default: OSSB_GZIP of the environment, else the first that is there. */
  readonly compressor?: 'library' | 'program' | 'zlib' | undefined;
}

/** ISA-L's fastest level: it compresses about as well as zlib's 1 to 3. */
const defaultLevel = 1;

/**
 * A codec that has gzip done by ISA-L (Debian package isal), some four times as fast as zlib per core, where there is enough to compress: by its library, in blocks on
 * all cores, else by the program `igzip`. It looks for them once. Without them, for other kinds and for levels above 3 the work goes to `fallback`. No name and no
 * time in the output.
 */
export function igzipCodec(fallback: Codec, options: IgzipOptions = {}): Codec {
  const program = 'program' in options ? options.program : findProgram('igzip', process.env['PATH']);
  const compressor = options.compressor ?? process.env['OSSB_GZIP'];
  if (program === undefined || compressor === 'zlib') return fallback;
  // Whoever compresses nothing large does not load it.
  let library: Isal | undefined | null = compressor === 'program' ? undefined : null;
  const deflater = (level: number): DeflateBlock | undefined => {
    if (library === null) library = Isal.load();
    return library?.deflater(level);
  };
  return {
    describe: (kind, level) =>
      isDoneHere(kind, level) ? `${deflater(1) === undefined ? 'igzip' : 'isal'} ${level ?? defaultLevel}` : fallback.describe(kind, level),
    compress(kind, level, sink) {
      if (!isDoneHere(kind, level)) return fallback.compress(kind, level, sink);
      const chosen = level ?? defaultLevel;
      return new SmallCompressor(chosen, sink, () => {
        const deflate = deflater(chosen);
        return deflate === undefined ? new IgzipCompressor(program, chosen, sink) : parallelGzip({ deflate }, sink);
      });
    },
    decompress(kind: Compression, source: CompressedSource, signal?: AbortSignal) {
      return kind === 'gzip' ? gunzip(program, source, signal) : fallback.decompress(kind, source, signal);
    },
  };
}

function isDoneHere(kind: Compression, level: number | undefined): boolean {
  return kind === 'gzip' && (level === undefined || (level >= 1 && level <= 3));
}
