import { closeSync, openSync, readSync } from 'node:fs';

/**
 * A whole file, or undefined where it has more than `maxBytes`. It may be a pipe or a device, whose size is not known in advance, so no more than that is read. A number is a
 * file that is open, which stays so. Errors: those of the system.
 */
export function readFileUpTo(file: string | number, maxBytes: number): Buffer | undefined {
  const fd = typeof file === 'number' ? file : openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, maxBytes + 1 - size));
      const length = readSync(fd, chunk);
      if (length === 0) return Buffer.concat(chunks, size);
      chunks.push(chunk.subarray(0, length));
      size += length;
      if (size > maxBytes) return undefined;
    }
  } finally {
    if (typeof file === 'string') closeSync(fd);
  }
}

const chunkBytes = 64 * 1024;

/** What the system says of a file that cannot be read, to follow its name in a message: `may not be read by this user`. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  return reasons[code] ?? `cannot be read (${code})`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'is not there, or is a symlink to what is not there',
  ENOTDIR: 'is not there: a part of its path is no folder',
  ELOOP: 'is a symlink that leads back to itself',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
  ENXIO: 'is a socket or a device that is not there',
};
