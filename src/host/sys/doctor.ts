import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, release, tmpdir, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import { SysError } from './error.ts';
import { canScopeSockets } from './landlock.ts';
import { detectLevel, inUserNamespace, userNamespaceObstacle, type PrivilegeLevel } from './privilege.ts';
import { runProcess } from './process.ts';
import { findProgram } from './program.ts';
import { planIdMaps } from './user-namespace.ts';
import { readTextIfAny } from './read-text.ts';

/** One thing that was found out about this host. */
export interface HostFact {
  /** Short noun phrase. */
  readonly name: string;
  /** 'warning': works, with less. 'missing': steps cannot be executed because of it. */
  readonly state: 'ok' | 'warning' | 'missing' | 'info';
  readonly found: string;
}

export interface HostReport {
  /** 'none' where steps cannot be executed. */
  readonly level: PrivilegeLevel | 'none';
  readonly facts: readonly HostFact[];
  /** What would raise the level or the speed, the most useful first. */
  readonly advice: readonly string[];
}

/** Looks at everything that decides how steps are executed here, by trying it. Takes some 50 ms. */
export async function examineHost(pathVariable: string | undefined): Promise<HostReport> {
  const advice: string[] = [];
  const level = detectLevel();
  const [namespaces, overlay, proc, runtime, igzip] = await Promise.all([
    examineNamespaces(level, pathVariable, advice),
    examineOverlay(level, pathVariable, advice),
    examineProc(level, pathVariable, advice),
    examineRuntime(pathVariable, advice),
    examineIgzip(pathVariable, advice),
  ]);
  const facts: HostFact[] = [
    { name: 'machine', state: 'info', found: `${availableParallelism()} processors, ${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory, ${process.arch}` },
    { name: 'kernel', state: kernelAtLeast(5, 11) || level === 'root' ? 'ok' : 'warning', found: `Linux ${release()}` },
    { name: 'node', state: 'ok', found: process.version },
    { name: 'privilege', state: level === 'confined' ? 'missing' : 'ok', found: describeLevel(level) },
    ...namespaces,
    ...overlay,
    ...proc,
    ...runtime,
    { name: 'seccomp', state: existsSync('/proc/sys/kernel/seccomp/actions_avail') ? 'ok' : 'warning', found: seccomp() },
    { name: 'Landlock', state: canScopeSockets() ? 'ok' : 'warning', found: landlock() },
    { name: 'cgroups', state: 'info', found: cgroups() },
    ...igzip,
  ];
  if (!kernelAtLeast(5, 11) && level === 'rootless') advice.push('Use Linux 5.11 or later: overlayfs is then allowed in user namespaces.');
  return { level: facts.some(({ state }) => state === 'missing') ? 'none' : level, facts, advice };
}

function describeLevel(level: PrivilegeLevel): string {
  const { uid, username } = userInfo();
  const who = uid === 0 ? `root${inUserNamespace() ? ' of a user namespace' : ''}` : `user ${username} (${uid})`;
  switch (level) {
    case 'root':
      return `${who} with CAP_SYS_ADMIN: mounts in a private mount namespace`;
    case 'rootless':
      return `${who}: mounts in a user namespace`;
    case 'confined':
      return `${who} without CAP_SYS_ADMIN: no mounts`;
    default:
      return level satisfies never;
  }
}

async function examineNamespaces(level: PrivilegeLevel, path: string | undefined, advice: string[]): Promise<HostFact[]> {
  const name = 'user namespaces';
  if (level === 'root') return [{ name, state: 'info', found: 'not needed' }];
  const obstacle = userNamespaceObstacle();
  if (obstacle) {
    advice.push(obstacle.remedy);
    return [{ name, state: 'missing', found: obstacle.setting }];
  }
  const tried = await tryProgram('unshare', ['--user', 'true'], path);
  if (tried !== undefined) {
    advice.push(
      'Allow user namespaces: in docker with --security-opt seccomp=unconfined --security-opt apparmor=unconfined, in Kubernetes with hostUsers: false or an Unconfined seccomp profile.',
    );
    return [{ name, state: 'missing', found: tried }];
  }
  const { uid, gid, username } = userInfo();
  const maps = planIdMaps({ uid, gid, name: username }, path);
  if (maps.kind === 'ranges') {
    const total = maps.uids.reduce((sum, range) => sum + range.count, 0);
    return [
      { name, state: 'ok', found: 'allowed' },
      { name: 'subordinate ids', state: total < 65_536 ? 'warning' : 'ok', found: `${total} user ids, by newuidmap` },
    ];
  }
  const lacks = ['newuidmap', 'newgidmap'].filter((program) => findProgram(program, path) === undefined);
  const found = lacks.length > 0 ? `${lacks.join(' and ')} not installed: a single id` : `no range for ${username} in /etc/subuid and /etc/subgid: a single id`;
  advice.push(
    lacks.length > 0
      ? 'Install newuidmap (Debian, Ubuntu: uidmap; Alpine: shadow-uidmap; Fedora: shadow-utils), so that steps can run as other users.'
      : `Give ${username} ids: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}`,
  );
  return [
    { name, state: 'ok', found: 'allowed' },
    { name: 'subordinate ids', state: 'warning', found },
  ];
}

async function examineOverlay(level: PrivilegeLevel, path: string | undefined, advice: string[]): Promise<HostFact[]> {
  if (level === 'confined') return [];
  const folder = mkdtempSync(join(tmpdir(), 'ossb-doctor-'));
  const userxattr = level === 'rootless' || inUserNamespace() ? ',userxattr' : '';
  const script = `mount -t tmpfs t "$0" && cd "$0" && mkdir l u w m && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w${userxattr} m`;
  try {
    const tried = await tryProgram('unshare', [...enter(level), '--mount', 'sh', '-c', script, folder], path);
    if (tried === undefined) return [{ name: 'overlayfs', state: 'ok', found: userxattr === '' ? 'works' : 'works in a user namespace' }];
    advice.push('Load overlayfs (modprobe overlay), or use a kernel that allows it here.');
    return [{ name: 'overlayfs', state: 'missing', found: tried }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function examineProc(level: PrivilegeLevel, path: string | undefined, advice: string[]): Promise<HostFact[]> {
  if (level === 'confined') return [];
  const tried = await tryProgram('unshare', [...enter(level), '--mount', '--pid', '--fork', '--mount-proc', 'true'], path);
  if (tried === undefined) return [{ name: 'pid namespaces', state: 'ok', found: 'allowed, with a /proc of their own' }];
  advice.push('Unmask /proc of the container that this runs in: docker with --security-opt systempaths=unconfined, Kubernetes with procMount: Unmasked.');
  return [{ name: 'pid namespaces', state: 'missing', found: tried }];
}

/** How unshare becomes able to mount. */
function enter(level: PrivilegeLevel): string[] {
  return level === 'root' ? [] : ['--user', '--map-root-user'];
}

async function examineRuntime(path: string | undefined, advice: string[]): Promise<HostFact[]> {
  for (const name of ['crun', 'runc']) {
    const program = findProgram(name, path);
    if (program === undefined) continue;
    const version = await firstLine(program, ['--version']);
    if (name === 'runc') advice.push('Install crun: steps start in half the time of runc.');
    return [{ name: 'OCI runtime', state: name === 'crun' ? 'ok' : 'warning', found: `${version} at ${program}` }];
  }
  advice.push('Install crun (package crun in Debian, Ubuntu, Fedora and Alpine), or runc: RUN needs it.');
  return [{ name: 'OCI runtime', state: 'missing', found: 'neither crun nor runc' }];
}

async function examineIgzip(path: string | undefined, advice: string[]): Promise<HostFact[]> {
  const program = findProgram('igzip', path);
  if (program !== undefined) return [{ name: 'igzip', state: 'ok', found: `${await firstLine(program, ['--version'])} at ${program}` }];
  advice.push('Install igzip (package isal): gzip layers are packed and unpacked four times as fast.');
  return [{ name: 'igzip', state: 'warning', found: 'not installed: gzip is slower' }];
}

function seccomp(): string {
  return existsSync('/proc/sys/kernel/seccomp/actions_avail') ? 'filters work' : 'the kernel has no filters: steps run without';
}

function landlock(): string {
  return canScopeSockets()
    ? "steps do not reach the host's abstract unix sockets"
    : "not there, or older than Linux 6.12: steps reach the host's abstract unix sockets";
}

function cgroups(): string {
  const mounts = readTextIfAny('/proc/self/mountinfo');
  const [v1, v2] = [/ - cgroup /.test(mounts), / - cgroup2 /.test(mounts)];
  if (v1 && v2) return 'version 1 and 2 (hybrid)';
  return v2 ? 'version 2' : v1 ? 'version 1' : 'none';
}

/** Undefined where it worked, else what was said. */
async function tryProgram(name: string, args: readonly string[], path: string | undefined): Promise<string | undefined> {
  let said = '';
  const onStderr = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  try {
    const exit = await runProcess(findProgram(name, path) ?? name, args, { onStderr });
    return exit.exitCode === 0 ? undefined : (said.trim().split('\n').at(-1) ?? `${name} failed`);
  } catch (error) {
    if (error instanceof SysError) return error.message;
    throw error;
  }
}

async function firstLine(program: string, args: readonly string[]): Promise<string> {
  let said = '';
  const onText = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  await runProcess(program, args, { onStdout: onText, onStderr: onText });
  return said.trim().split('\n')[0] ?? '';
}

function kernelAtLeast(major: number, minor: number): boolean {
  const [a = 0, b = 0] = release().split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
