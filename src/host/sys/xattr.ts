import { cString, libc, syscallError, type Path } from './libc.ts';

const LIST = 'int64_t llistxattr(const char *path, uint8_t *list, size_t size)';
const GET = 'int64_t lgetxattr(const char *path, const char *name, uint8_t *value, size_t size)';
const SET = 'int lsetxattr(const char *path, const char *name, const uint8_t *value, size_t size, int flags)';
const REMOVE = 'int lremovexattr(const char *path, const char *name)';

/** Kernel limits of one value and of one list of names, bytes (XATTR_SIZE_MAX, XATTR_LIST_MAX). */
const MAX_BYTES = 65_536;

/** The names of the extended attributes of the path itself, never followed. Empty where the filesystem has none. */
export function listXattrs(path: Path): string[] {
  const list = libc.bind(LIST);
  const name = cString(path);
  let buffer = Buffer.allocUnsafe(512);
  let length = list(name, buffer, buffer.length);
  if (length === 0) return [];
  if (length < 0) {
    const errno = libc.errno();
    if (errno === 'ENOTSUP' || errno === 'EOPNOTSUPP') return [];
    if (errno !== 'ERANGE') throw syscallError(`list the extended attributes of ${String(path)}`, errno);
    buffer = Buffer.allocUnsafe(MAX_BYTES);
    length = list(name, buffer, buffer.length);
    if (length < 0) throw syscallError(`list the extended attributes of ${String(path)}`);
  }
  return buffer.toString('utf8', 0, length - 1).split('\0');
}

/** The value of an extended attribute of the path itself, or undefined where it has none of this name. */
export function getXattr(path: Path, name: string): Buffer | undefined {
  const get = libc.bind(GET);
  const file = cString(path);
  const attribute = cString(name);
  let buffer = Buffer.allocUnsafe(256);
  let length = get(file, attribute, buffer, buffer.length);
  if (length < 0 && libc.errno() === 'ERANGE') {
    buffer = Buffer.allocUnsafe(MAX_BYTES);
    length = get(file, attribute, buffer, buffer.length);
  }
  if (length >= 0) return buffer.subarray(0, length);
  const errno = libc.errno();
  if (errno === 'ENODATA' || errno === 'ENOTSUP' || errno === 'EOPNOTSUPP') return undefined;
  throw syscallError(`read the extended attribute ${name} of ${String(path)}`, errno);
}

/** Sets an extended attribute of the path itself. `errno` of the error is ENOTSUP where the filesystem has none, EPERM where the privilege is missing. */
export function setXattr(path: Path, name: string, value: Uint8Array): void {
  if (libc.bind(SET)(cString(path), cString(name), value, value.length, 0) < 0) {
    throw syscallError(`set the extended attribute ${name} of ${String(path)}`);
  }
}

/** Removes an extended attribute of the path itself; one that is not there is no error. */
export function removeXattr(path: Path, name: string): void {
  if (libc.bind(REMOVE)(cString(path), cString(name)) < 0) {
    const errno = libc.errno();
    if (errno !== 'ENODATA') throw syscallError(`remove the extended attribute ${name} of ${String(path)}`, errno);
  }
}
