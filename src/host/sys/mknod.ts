import { cString, libc, syscallError, type Path } from './libc.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const MKNOD = 'int mknod(const char *path, uint32_t mode, uint64_t dev)';
const UTIMENSAT = 'int utimensat(int dirfd, const char *path, const uint8_t *times, int flags)';

/** Makes a device node, fifo (S_IFIFO) or overlay whiteout (S_IFCHR, 0, 0). `mode` holds the type bits; the umask applies. */
export function mknod(path: Path, mode: number, major = 0, minor = 0): void {
  if (libc.bind(MKNOD)(cString(path), mode, deviceNumber(major, minor)) < 0) throw syscallError(`make the node ${String(path)}`);
}

/** Sets the access and modification times of the path itself, never followed. Nanoseconds are 0 to 999 999 999. */
export function setTimes(path: Path, atime: { readonly sec: number; readonly ns: number }, mtime: { readonly sec: number; readonly ns: number }): void {
  const times = Buffer.allocUnsafe(32);
  times.writeBigInt64LE(BigInt(atime.sec), 0);
  times.writeBigInt64LE(BigInt(atime.ns), 8);
  times.writeBigInt64LE(BigInt(mtime.sec), 16);
  times.writeBigInt64LE(BigInt(mtime.ns), 24);
  if (libc.bind(UTIMENSAT)(AT_FDCWD, cString(path), times, AT_SYMLINK_NOFOLLOW) < 0) throw syscallError(`set the times of ${String(path)}`);
}

/** dev_t as the C library packs it (makedev). */
function deviceNumber(major: number, minor: number): bigint {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
}
