import { packDevice } from '../../core/tree/index.ts';
import { cString, libc, syscallError, type Path } from './libc.ts';

const MKNOD = 'int mknod(const char *path, uint32_t mode, uint64_t dev)';

/** Makes a device node, fifo (S_IFIFO) or overlay whiteout (S_IFCHR, 0, 0). `mode` holds the type bits; the umask applies. */
export function mknod(path: Path, mode: number, major = 0, minor = 0): void {
  if (libc.bind(MKNOD)(cString(path), mode, packDevice(major, minor)) < 0) throw syscallError(`make the node ${String(path)}`);
}
