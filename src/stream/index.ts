export type { ByteSink, Codec, CompressedFile, CompressedSource, Compressor } from './codec.ts';
export { StreamError, type StreamErrorCode, corruptError } from './error.ts';
export { limitBytes, limitError } from './limit.ts';
export { verifyingStream, digesting } from './verify.ts';
export { retry, type RetryOptions } from './retry.ts';
export { boundedPool, type BoundedPool } from './bounded-pool.ts';
export { zlibCodec } from './zlib-codec.ts';
export { parallelGzip, type ParallelGzipOptions } from './parallel-gzip.ts';
export { untilAborted } from './until-aborted.ts';
