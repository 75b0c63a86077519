/** How much isArchiveHead wants to see. */
export const archiveHeadBytes = 512;

/** Whether bytes that begin so are a tar archive, plain or compressed with gzip, bzip2, xz or zstd. */
export function isArchiveHead(bytes: Uint8Array): boolean {
  const magics = ['1f8b', '425a68', 'fd377a585a00', '28b52ffd'].map((hex) => Buffer.from(hex, 'hex'));
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, archiveHeadBytes));
  return magics.some((magic) => head.subarray(0, magic.length).equals(magic)) || head.subarray(257, 262).toString('latin1') === 'ustar' || isOldTar(head);
}

/** A tar from before POSIX has no magic: its checksum tells. */
function isOldTar(head: Buffer): boolean {
  if (head.length < 512) return false;
  const wanted = Number.parseInt(head.subarray(148, 156).toString('latin1').replaceAll('\0', ' ').trim(), 8);
  let sum = 0;
  for (let i = 0; i < 512; i += 1) sum += i >= 148 && i < 156 ? 0x20 : head[i]!;
  return sum === wanted && wanted > 256;
}
