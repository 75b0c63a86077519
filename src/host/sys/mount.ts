import { cString, libc, syscallError, type Path } from './libc.ts';

/** Flags of mount(2). */
export const mountFlags = {
  readonly: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  remount: 32,
  bind: 4096,
  recursive: 16_384,
  private: 262_144,
} as const;

const MOUNT = 'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)';
const UMOUNT = 'int umount2(const char *target, int flags)';
const MNT_DETACH = 2;

export interface MountRequest {
  /** Default 'none'. */
  readonly source?: Path;
  readonly target: Path;
  /** Absent for bind mounts and remounts. */
  readonly type?: string;
  /** Sum of `mountFlags`. */
  readonly flags?: number;
  /** The filesystem's own options; at most 4095 bytes. */
  readonly options?: string;
}

/** Mounts (mount(2)). Errors: SYSCALL_FAILED with the errno. */
export function mount(request: MountRequest): void {
  const source = cString(request.source ?? 'none');
  const result = libc.bind(MOUNT)(source, cString(request.target), request.type ?? null, request.flags ?? 0, request.options ?? null);
  if (result < 0) throw syscallError(`mount ${request.type ?? String(source)} on ${String(request.target)}`);
}

/** Takes the mount away at once; the filesystem itself ends when its last user does. What is not mounted is no error. */
export function unmount(target: Path): void {
  if (libc.bind(UMOUNT)(cString(target), MNT_DETACH) < 0) {
    const errno = libc.errno();
    if (errno !== 'EINVAL' && errno !== 'ENOENT') throw syscallError(`unmount ${String(target)}`, errno);
  }
}
