import { compressionOf } from '../stream/index.ts';
import { blockBytes, fields } from './header.ts';

/** How much isArchiveHead wants to see. */
export const archiveHeadBytes = blockBytes;

/** Whether bytes that begin so are a tar archive, plain or compressed. */
export function isArchiveHead(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, archiveHeadBytes));
  return compressionOf(head) !== undefined || head.toString('latin1', fields.magic, fields.magic + 5) === 'ustar' || isOldTar(head);
}

/** A tar from before POSIX has no magic, but a checksum. */
function isOldTar(head: Buffer): boolean {
  if (head.length < blockBytes) return false;
  const [at, length] = fields.checksum;
  const written = Number.parseInt(
    head
      .toString('latin1', at, at + length)
      .replaceAll('\0', ' ')
      .trim(),
    8,
  );
  let sum = 0;
  for (let i = 0; i < blockBytes; i += 1) sum += i >= at && i < at + length ? 0x20 : head[i]!;
  return sum === written && written > 256;
}
