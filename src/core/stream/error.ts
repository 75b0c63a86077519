import { BuildError } from '../errors.ts';

export type StreamErrorCode =
  /** More bytes than a named limit allows. */
  | 'STREAM_LIMIT'
  /** Not the bytes that were announced. */
  | 'STREAM_MISMATCH'
  /** Compressed data that cannot be read. */
  | 'STREAM_CORRUPT';

export class StreamError extends BuildError<StreamErrorCode> {}

/** For data that does not decompress. */
export function corruptError(kind: string, found: string, cause?: unknown): StreamError {
  return new StreamError('STREAM_CORRUPT', `Cannot decompress ${kind} data: ${found}`, {
    family: 'validation',
    hint: 'The data was cut short or altered; fetch or build it again.',
    cause,
  });
}
