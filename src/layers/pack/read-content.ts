import { closeSync, readSync } from 'node:fs';
import type { OpenContent } from './contents.ts';

/** The bytes of an opened content, which is closed at the end. */
export async function* readPart(content: OpenContent): AsyncGenerator<Uint8Array> {
  if (content.kind === 'bytes') {
    yield content.bytes;
    return;
  }
  try {
    const end = content.length === undefined ? Number.MAX_SAFE_INTEGER : content.position + content.length;
    for (let at = content.position; at < end;) {
      const chunk = Buffer.allocUnsafe(Math.min(256 << 10, end - at));
      const got = readSync(content.fd, chunk, 0, chunk.length, at);
      if (got === 0) return;
      yield chunk.subarray(0, got);
      at += got;
    }
  } finally {
    if (content.owned) closeSync(content.fd);
  }
}
