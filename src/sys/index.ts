export { SysError, type SysErrorCode } from './error.ts';
export type { Path } from './libc.ts';
export { getXattr, listXattrs, removeXattr, setXattr } from './xattr.ts';
export { mknod, setTimes } from './mknod.ts';
