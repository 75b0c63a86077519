/** How an archive may be compressed. */
export type ArchiveCompression = 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** The compression of bytes that begin so; undefined where they are in none that is known. Six bytes are enough. */
export function compressionOf(head: Uint8Array): ArchiveCompression | undefined {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b)) return 'gzip';
  if (starts(0x42, 0x5a, 0x68)) return 'bzip2';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  // A zstd stream may begin with a skippable frame: 0x184d2a50 to 0x184d2a5f.
  const skippable = head.length > 0 && (head[0]! & 0xf0) === 0x50 && starts(head[0]!, 0x2a, 0x4d, 0x18);
  return skippable || starts(0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : undefined;
}
