import { StreamError } from './error.ts';

/**
 * Passes bytes on and throws as soon as there are more than `maxBytes`. `name` says in the message which limit it is, for instance "unpacked layer size".
 * Errors: STREAM_LIMIT.
 */
export function limitBytes(name: string, maxBytes: number): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* limited(source) {
    let total = 0;
    for await (const chunk of source) {
      total += chunk.byteLength;
      if (total > maxBytes) throw limitError(name, maxBytes);
      yield chunk;
    }
  };
}

export function limitError(name: string, maxBytes: number): StreamError {
  return new StreamError('STREAM_LIMIT', `Cannot read on: the ${name} is over its limit of ${maxBytes} bytes`, {
    family: 'resource',
    hint: 'Data like this is either damaged or made to exhaust the disk.',
  });
}
