import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';

/** The ways in which a secret could be written down: as it is, line by line, and encoded. */
export function needlesOf(secret: Buffer): readonly Buffer[] {
  const lines = secret
    .toString('latin1')
    .split('\n')
    .filter((line) => line.length >= 20 && !line.startsWith('-----'));
  const bodies = lines.map((line) => Buffer.from(line, 'base64')).filter((body) => body.length >= 16);
  const encodings = [secret, ...bodies].flatMap((bytes) => [bytes.toString('hex'), ...[0, 1, 2].map((shift) => middleOfBase64(bytes, shift))]);
  return [secret, ...lines.map((line) => Buffer.from(line)), ...bodies, ...encodings.map((text) => Buffer.from(text))];
}

/** Base64 of bytes that stand somewhere in others depends on the position; the middle part is the same for each of the three. */
function middleOfBase64(bytes: Buffer, shift: number): string {
  const rest = bytes.subarray(shift);
  return rest.subarray(0, rest.length - (rest.length % 3)).toString('base64');
}

/** Files below a folder that hold one of the needles, compressed ones looked into. Symlinks are not followed. */
export function filesWith(folder: string, needles: readonly Buffer[]): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesWith(path, needles);
    return entry.isFile() && hasNeedle(readFileSync(path), needles) ? [path] : [];
  });
}

export function hasNeedle(bytes: Buffer, needles: readonly Buffer[]): boolean {
  if (needles.some((needle) => bytes.includes(needle))) return true;
  const inner = inflated(bytes);
  return inner !== undefined && hasNeedle(inner, needles);
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    if (bytes.length > 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(bytes);
  } catch {
    // Looks compressed and is not.
  }
  return undefined;
}
