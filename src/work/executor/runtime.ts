import { createHash, hash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, mount, mountFlags, runProcess, sealedProgram, SysError, unmount } from '../../host/sys/index.ts';
import { executorError } from '../protocol/index.ts';
import { defaultSeccomp } from './seccomp.ts';

/** An OCI runtime that is ready to run containers. */
export interface OciRuntime {
  readonly name: 'crun' | 'runc';
  /** Where it is installed. */
  readonly path: string;
  /** What to execute: for crun a sealed copy in memory. */
  readonly program: string;
  /** Global arguments; its state is below the run folder. */
  readonly args: readonly string[];
  /** The default seccomp profile as compiled by this runtime, in base64; undefined where it must compile it itself at each start. */
  readonly filter: string | undefined;
}

export interface RuntimeOptions {
  /** Private folder in memory, for the runtime's state. */
  readonly runFolder: string;
  /** Where compiled seccomp profiles are kept from run to run; absent: nowhere. */
  readonly cacheFolder?: string;
  readonly pathVariable: string | undefined;
  readonly arch: string;
  /** Whether this process is in a user namespace, where runc does without cgroups. */
  readonly userNamespace: boolean;
}

/** Finds crun, else runc, and makes it ready. Errors: EXEC_NO_RUNTIME. */
export async function openRuntime(options: RuntimeOptions): Promise<OciRuntime> {
  const state = join(options.runFolder, 'runtime');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const crun = findProgram('crun', options.pathVariable);
  if (crun !== undefined) {
    const args = ['--root', state, '--cgroup-manager=disabled'];
    const program = sealed(crun);
    return { name: 'crun', path: crun, program, args, filter: await compiledSeccomp(crun, program, args, options) };
  }
  const runc = findProgram('runc', options.pathVariable);
  if (runc !== undefined) {
    showCgroups(options.userNamespace);
    return { name: 'runc', path: runc, program: runc, args: ['--root', state, ...(options.userNamespace ? ['--rootless=true'] : [])], filter: undefined };
  }
  throw executorError(
    'EXEC_NO_RUNTIME',
    'Cannot run a step: neither crun nor runc is installed',
    'Install crun (Debian, Ubuntu, Fedora, Alpine: package crun), or runc.',
  );
}

/**
 * runc wants a cgroup for each container. As root it is shown version 2 alone, whatever the host has there; in a user namespace the host's own, where it takes
 * being refused. See preparePrivateMounts.
 */
function showCgroups(userNamespace: boolean): void {
  if (userNamespace) {
    unmount('/sys/fs/cgroup');
    return;
  }
  const { nodev, noexec, nosuid } = mountFlags;
  mount({ source: 'cgroup2', target: '/sys/fs/cgroup', type: 'cgroup2', flags: nosuid | nodev | noexec });
}

function sealed(path: string): string {
  try {
    return sealedProgram(path);
  } catch (error) {
    // vm.memfd_noexec, or a kernel without.
    if (error instanceof SysError) return path;
    throw error;
  }
}

/**
 * crun takes half of a container's start to compile the profile (13 of 24 ms), and takes a compiled one by annotation. So it compiles once: a container is
 * created, never started, and what crun compiled for it is kept, under a name made of the profile and the program.
 */
async function compiledSeccomp(path: string, program: string, args: readonly string[], options: RuntimeOptions): Promise<string | undefined> {
  const profile = defaultSeccomp(options.arch);
  const { size, mtimeMs } = statSync(path);
  const name = createHash('sha256')
    .update(JSON.stringify([profile, path, size, mtimeMs]))
    .digest('hex');
  const kept = options.cacheFolder === undefined ? undefined : join(options.cacheFolder, `${name}.filter`);
  const known = kept === undefined ? undefined : readKept(kept);
  if (known !== undefined) return known.toString('base64');

  const bundle = join(options.runFolder, 'seccomp');
  mkdirSync(join(bundle, 'rootfs', 'dev'), { recursive: true });
  writeFileSync(join(bundle, 'rootfs', 'never-run'), '', { mode: 0o755 });
  const spec = {
    ociVersion: '1.0.2',
    process: { user: { uid: 0, gid: 0 }, args: ['/never-run'], cwd: '/', env: [] },
    root: { path: 'rootfs' },
    mounts: [{ destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755'] }],
    linux: { namespaces: [{ type: 'mount' }, { type: 'pid' }], seccomp: profile },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  const id = 'seccomp';
  try {
    await runProcess(program, [...args, 'create', '--bundle', bundle, id], { env: {} });
    const filter = readFileSync(join(options.runFolder, 'runtime', id, 'seccomp.bpf'));
    if (filter.length === 0) return undefined;
    if (kept !== undefined) keep(kept, filter);
    return filter.toString('base64');
  } catch {
    // Another version of crun may keep it elsewhere: it then compiles at each start.
    return undefined;
  } finally {
    await runProcess(program, [...args, 'delete', '--force', id], { env: {} });
    rmSync(bundle, { recursive: true, force: true });
  }
}

const checksumBytes = 32;

/** The filter that `keep` wrote. One that is damaged would let a step do what it must not, or nothing: it counts as missing. */
function readKept(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const filter = bytes.subarray(checksumBytes);
    return hash('sha256', filter, 'buffer').equals(bytes.subarray(0, checksumBytes)) ? filter : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the filter behind its SHA-256. What cannot be kept is compiled again by the next worker. */
function keep(path: string, filter: Uint8Array): void {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(temporary, Buffer.concat([hash('sha256', filter, 'buffer'), filter]), { flush: true });
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}
