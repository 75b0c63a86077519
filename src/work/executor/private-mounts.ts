import { existsSync } from 'node:fs';
import { mount, mountFlags, SysError } from '../../host/sys/index.ts';

const { nodev, noexec, nosuid } = mountFlags;

/**
 * Makes the mount namespace of this process, which must be new and private together with its pid namespace, ready for containers: its own /proc, no cgroup tree
 * (crun refuses some; steps get no cgroups), and memory at `runFolder` for what must touch no disk. Errors: PRIVILEGE_MISSING, SYSCALL_FAILED.
 */
export function preparePrivateMounts(runFolder: string): void {
  try {
    mount({ source: 'proc', target: '/proc', type: 'proc', flags: nosuid | nodev | noexec });
  } catch (error) {
    throw new SysError('PRIVILEGE_MISSING', 'Cannot mount /proc: the container that this build runs in hides parts of it', {
      family: 'execution',
      hint: 'Start that container with --security-opt systempaths=unconfined (docker, podman) or procMount: Unmasked (Kubernetes).',
      cause: error,
    });
  }
  if (existsSync('/sys/fs/cgroup'))
    mount({ source: 'tmpfs', target: '/sys/fs/cgroup', type: 'tmpfs', flags: nosuid | nodev | noexec, options: 'mode=755,size=4k' });
  mountMemory(runFolder);
}

/** A tmpfs that never goes to swap where the kernel can promise it (Linux 6.4, and not in a user namespace). */
function mountMemory(target: string): void {
  const request = { source: 'tmpfs', target, type: 'tmpfs', flags: nosuid | nodev };
  try {
    mount({ ...request, options: 'mode=700,noswap' });
  } catch (error) {
    if (!(error instanceof SysError) || error.errno !== 'EINVAL') throw error;
    mount({ ...request, options: 'mode=700' });
  }
}
