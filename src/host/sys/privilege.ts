import { readTextIfAny } from './read-text.ts';

/** How steps can be executed here (docs/security.md): with mounts of our own, in a user namespace, or not at all with mounts. */
export type PrivilegeLevel = 'root' | 'rootless' | 'confined';

/** CAP_SYS_ADMIN's bit. */
const SYS_ADMIN = 21n;

/** What this process may do, from /proc alone; a user namespace that the kernel then refuses all the same is found out at the start of the worker. */
export function detectLevel(): PrivilegeLevel {
  if (process.geteuid?.() === 0 && hasCapability(SYS_ADMIN)) return 'root';
  return userNamespaceObstacle() === undefined ? 'rootless' : 'confined';
}

/** Whether this process lives in a user namespace other than the host's first. */
export function inUserNamespace(): boolean {
  return !/^\s*0\s+0\s+4294967295\s*$/.test(readTextIfAny('/proc/self/uid_map'));
}

/** The setting that keeps an ordinary user from making user namespaces, or undefined where none does. */
export function userNamespaceObstacle(): { readonly setting: string; readonly remedy: string } | undefined {
  if (readTextIfAny('/proc/self/uid_map') === '') return { setting: 'the kernel has no user namespaces', remedy: 'Use a kernel with CONFIG_USER_NS.' };
  if (readTextIfAny('/proc/sys/user/max_user_namespaces').trim() === '0') {
    return { setting: 'user.max_user_namespaces is 0', remedy: 'Run `sysctl -w user.max_user_namespaces=15000` as root.' };
  }
  if (readTextIfAny('/proc/sys/kernel/unprivileged_userns_clone').trim() === '0') {
    return { setting: 'kernel.unprivileged_userns_clone is 0', remedy: 'Run `sysctl -w kernel.unprivileged_userns_clone=1` as root.' };
  }
  if (
    readTextIfAny('/proc/sys/kernel/apparmor_restrict_unprivileged_userns').trim() === '1' &&
    /unconfined/.test(readTextIfAny('/proc/self/attr/current') || 'unconfined')
  ) {
    return {
      setting: 'kernel.apparmor_restrict_unprivileged_userns is 1',
      remedy: 'Run `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` as root, or give unshare an AppArmor profile that allows userns.',
    };
  }
  return undefined;
}

function hasCapability(bit: bigint): boolean {
  const match = /^CapEff:\s*([0-9a-f]+)$/m.exec(readTextIfAny('/proc/self/status'));
  return match !== null && ((BigInt(`0x${match[1]}`) >> bit) & 1n) === 1n;
}
