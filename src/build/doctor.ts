import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { detectLevel, findProgram, userNamespaceObstacle } from '../sys/index.ts';
import type { DoctorFact, DoctorReport } from './commands.ts';
import { storeRoot } from './settings.ts';

/** What this machine allows, the level of execution that it gives, and what would raise it. Starts nothing and changes nothing. */
export async function doctor(root?: string): Promise<DoctorReport> {
  const { env } = process;
  const level = detectLevel();
  const facts: DoctorFact[] = [];
  const advice: string[] = [];
  const fact = (name: string, state: DoctorFact['state'], found: string, remedy?: string): void => {
    facts.push({ name, state, found });
    if (remedy !== undefined) advice.push(remedy);
  };
  const isRoot = process.geteuid?.() === 0;
  fact('user', 'info', isRoot ? 'root' : `uid ${process.geteuid?.()}`);
  fact('kernel', 'info', `Linux ${release()}`);
  const obstacle = userNamespaceObstacle();
  fact(
    'user namespaces',
    obstacle === undefined ? 'ok' : level === 'root' ? 'info' : 'missing',
    obstacle?.setting ?? 'allowed',
    level === 'root' ? undefined : obstacle?.remedy,
  );
  const runtime = findProgram('crun', env['PATH']) ?? findProgram('runc', env['PATH']);
  fact(
    'OCI runtime',
    runtime === undefined ? 'missing' : 'ok',
    runtime ?? 'neither crun nor runc',
    runtime === undefined ? 'Install crun: RUN needs it.' : undefined,
  );
  const unshare = findProgram('unshare', env['PATH']);
  fact('unshare', unshare === undefined ? 'missing' : 'ok', unshare ?? 'not found', unshare === undefined ? 'Install util-linux.' : undefined);
  if (!isRoot) {
    const mapper = findProgram('newuidmap', env['PATH']);
    const ranges = hasSubordinateIds(env['USER'] ?? '');
    fact(
      'newuidmap',
      mapper === undefined ? 'warning' : 'ok',
      mapper ?? 'not found',
      mapper === undefined ? 'Install uidmap: without it there is a single user id in images.' : undefined,
    );
    fact(
      'subordinate ids',
      ranges ? 'ok' : 'warning',
      ranges ? '/etc/subuid and /etc/subgid have a range' : 'none',
      ranges ? undefined : 'Give this user ranges: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER',
    );
  }
  const igzip = findProgram('igzip', env['PATH']);
  fact(
    'igzip',
    igzip === undefined ? 'warning' : 'ok',
    igzip ?? "not found; Node's zlib is used",
    igzip === undefined ? 'Install isal: compression is several times faster with it.' : undefined,
  );
  fact('git', findProgram('git', env['PATH']) === undefined ? 'info' : 'ok', findProgram('git', env['PATH']) ?? 'not found; needed for git contexts only');
  fact('cgroups', 'info', cgroupVersion());
  const store = storeRoot(root, env, process.cwd());
  fact('store', isWritable(store) ? 'ok' : 'missing', store, isWritable(store) ? undefined : `Make ${store} writable, or choose another store with --root.`);
  const canRun = level !== 'confined' && runtime !== undefined && unshare !== undefined;
  return { level: canRun ? level : 'none', facts, advice };
}

function hasSubordinateIds(user: string): boolean {
  const has = (path: string): boolean =>
    existsSync(path) &&
    readFileSync(path, 'utf8')
      .split('\n')
      .some((line) => line.startsWith(`${user}:`) || line.startsWith(`${process.geteuid?.()}:`));
  return has('/etc/subuid') && has('/etc/subgid');
}

function cgroupVersion(): string {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'version 2';
  if (existsSync('/sys/fs/cgroup/unified')) return 'hybrid of versions 1 and 2';
  return existsSync('/sys/fs/cgroup/memory') ? 'version 1' : 'none';
}

/** Whether the folder, or the nearest that is there, can be written. */
function isWritable(path: string): boolean {
  let folder = path;
  while (!existsSync(folder) && folder !== '/') folder = folder.slice(0, folder.lastIndexOf('/')) || '/';
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
