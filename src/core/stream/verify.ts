import { createHash } from 'node:crypto';
import type { Digest } from '../oci/index.ts';
import { StreamError } from './error.ts';

/** Passes bytes on and refuses to end before size (bytes) and digest match; too many bytes are refused at once. Errors: STREAM_MISMATCH. */
export function verifyingStream(digest: Digest, size?: number): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* verified(source) {
    const hash = createHash('sha256');
    let total = 0;
    for await (const chunk of source) {
      total += chunk.byteLength;
      if (size !== undefined && total > size) throw mismatch(digest, `there are more than the ${size} bytes announced`);
      hash.update(chunk);
      yield chunk;
    }
    if (size !== undefined && total < size) throw mismatch(digest, `it ended after ${total} of ${size} bytes`);
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== digest) throw mismatch(digest, `its bytes have the digest ${found}`);
  };
}

function mismatch(digest: Digest, found: string): StreamError {
  return new StreamError('STREAM_MISMATCH', `Cannot accept ${digest}: ${found}`, {
    family: 'registry',
    hint: 'The sender or something between it and here altered or cut the bytes; try again.',
    retryable: true,
  });
}
