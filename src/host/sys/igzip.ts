import type { Compression } from '../../core/oci/index.ts';
import type { Codec, CompressedSource } from '../../core/stream/index.ts';
import { IgzipCompressor } from './igzip-compress.ts';
import { gunzip } from './igzip-decompress.ts';
import { SmallCompressor } from './igzip-small.ts';
import { findProgram } from './program.ts';

export interface IgzipOptions {
  /** The program's path; undefined: there is none. Default: looked for on the PATH of the environment. */
  readonly program?: string | undefined;
}

/** igzip's fastest level: it compresses about as well as zlib's 1 to 3. */
const defaultLevel = 1;

/**
 * A codec that has gzip done by ISA-L's `igzip` (Debian package isal), some four times as fast as zlib, in a process of its own, where there is enough to compress.
 * Looks for it once. Without it, for other kinds and for levels above 3 the work goes to `fallback`. No name and no time in the output.
 */
export function igzipCodec(fallback: Codec, options: IgzipOptions = {}): Codec {
  const program = 'program' in options ? options.program : findProgram('igzip', process.env['PATH']);
  if (program === undefined) return fallback;
  return {
    name: 'igzip',
    compress(kind, level, sink) {
      if (kind !== 'gzip' || (level !== undefined && (level < 1 || level > 3))) return fallback.compress(kind, level, sink);
      const chosen = level ?? defaultLevel;
      return new SmallCompressor(chosen, sink, () => new IgzipCompressor(program, chosen, sink));
    },
    decompress(kind: Compression, source: CompressedSource, signal?: AbortSignal) {
      return kind === 'gzip' ? gunzip(program, source, signal) : fallback.decompress(kind, source, signal);
    },
  };
}
