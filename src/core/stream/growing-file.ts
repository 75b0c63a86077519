import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';

const chunkBytes = 256 << 10;
/** Between looks at a file that has no more yet. */
const pauseMs = 2;

/** The bytes of a file that another process still writes, until it has `size`. Only the signal ends the wait for a writer that went away. */
export async function* growingFile(path: string, size: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { setTimeout } = process.getBuiltinModule('node:timers/promises');
  const fd = await promisify(open)(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(chunkBytes);
    for (let done = 0; done < size;) {
      signal?.throwIfAborted();
      const { bytesRead } = await promisify(read)(fd, buffer, 0, Math.min(chunkBytes, size - done), null);
      if (bytesRead === 0) await setTimeout(pauseMs);
      else yield Buffer.from(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
  } finally {
    await promisify(close)(fd);
  }
}
