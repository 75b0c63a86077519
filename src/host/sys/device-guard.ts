import { existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SysError } from './error.ts';
import { libc, syscallError } from './libc.ts';
import { mount, mountFlags, unmount } from './mount.ts';

/**
 * Keeps this process and all that it starts from opening devices other than those that docker gives a container (null, zero, full, random, urandom, tty, console,
 * ptmx and pts); making nodes stays allowed. That is docker's device cgroup, made once: a cgroup (version 2) of our own with a filter program, which this process
 * enters. cgroup2 is mounted privately for it, so it is no matter what the host shows at /sys/fs/cgroup.
 */
export class DeviceGuard {
  readonly #inside: string;
  /** A descriptor would do, but it must be opened anew for each write. */
  readonly #outside: string;

  private constructor(inside: string, outside: string) {
    this.#inside = inside;
    this.#outside = outside;
  }

  /** `folder` is an empty one that may be mounted over. Errors: SYSCALL_FAILED where the kernel or the privilege does not allow it. */
  static enter(folder: string): DeviceGuard {
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    if (own === undefined) throw new SysError('SYSCALL_FAILED', 'Cannot make a cgroup: the kernel has no cgroup2', { errno: 'ENOSYS' });
    const { nodev, noexec, nosuid } = mountFlags;
    mount({ source: 'cgroup2', target: folder, type: 'cgroup2', flags: nodev | noexec | nosuid });
    try {
      const parent = join(folder, own);
      removeEmpty(parent);
      const inside = join(parent, `${prefix}${crypto.randomUUID()}`);
      enterCgroup(inside);
      return new DeviceGuard(inside, join(parent, 'cgroup.procs'));
    } catch (error) {
      unmount(folder);
      if (error instanceof SysError) throw error;
      const { code = 'EIO' } = error as NodeJS.ErrnoException;
      throw new SysError('SYSCALL_FAILED', `Cannot make a cgroup: ${code}`, { errno: code, cause: error });
    }
  }

  /** What `start` starts before it returns is not guarded (`security: insecure`). */
  outside<T>(start: () => T): T {
    writeFileSync(this.#outside, '0');
    try {
      return start();
    } finally {
      enterCgroup(this.#inside);
    }
  }
}

/** How often a cgroup is made again that another build took for one that was left behind. */
const maxAttempts = 20;

/** Moves this process into a cgroup with the filter, which is made where it is missing: while it is empty, another build may remove it. */
function enterCgroup(inside: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      const isNew = !existsSync(inside);
      if (isNew) mkdirSync(inside);
      if (isNew) attachFilter(inside);
      writeFileSync(join(inside, 'cgroup.procs'), '0');
      return;
    } catch (error) {
      if (!existsSync(inside) && attempt < maxAttempts) continue;
      if (existsSync(inside)) removeCgroup(inside);
      throw error;
    }
  }
}

const prefix = 'ossb-';

/** Cgroups of processes that are gone; what is in use cannot be removed. */
function removeEmpty(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) removeCgroup(join(parent, name));
  }
}

/** With those that a runtime made in it. */
function removeCgroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeCgroup(join(path, entry.name));
    rmdirSync(path);
  } catch {
    // In use, or gone meanwhile.
  }
}

const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;
const BPF_F_ALLOW_MULTI = 2;
const bpfCall: Readonly<Record<string, number>> = { x64: 321, arm64: 280, riscv64: 280, loong64: 280, s390x: 351, ppc64: 361, arm: 386 };

/** bpf(2). The kernel copies the program, so the buffers are needed for the calls alone. */
function attachFilter(cgroup: string): void {
  const number = bpfCall[process.arch];
  if (number === undefined) throw new SysError('SYSCALL_FAILED', `Cannot filter devices on ${process.arch}`, { errno: 'ENOSYS' });
  const bpf = libc.bind('int64_t syscall(int64_t number, int command, const uint8_t *attributes, unsigned int size)');
  const program = filterProgram();
  const license = Buffer.from('Apache-2.0\0');
  const load = Buffer.alloc(72);
  load.writeUInt32LE(BPF_PROG_TYPE_CGROUP_DEVICE, 0);
  load.writeUInt32LE(program.length / 8, 4);
  load.writeBigUInt64LE(libc.address(program), 8);
  load.writeBigUInt64LE(libc.address(license), 16);
  load.write('ossb_devices', 48, 'latin1');
  const programFd = bpf(number, BPF_PROG_LOAD, load, load.length);
  if (programFd < 0) throw syscallError('load the device filter');
  const cgroupFd = openSync(cgroup, 'r');
  try {
    const attach = Buffer.alloc(16);
    attach.writeUInt32LE(cgroupFd, 0);
    attach.writeUInt32LE(programFd, 4);
    attach.writeUInt32LE(BPF_CGROUP_DEVICE, 8);
    attach.writeUInt32LE(BPF_F_ALLOW_MULTI, 12);
    if (bpf(number, BPF_PROG_ATTACH, attach, attach.length) < 0) throw syscallError('attach the device filter');
  } finally {
    closeSync(cgroupFd);
    closeSync(programFd);
  }
}

/**
 * The filter in BPF (linux/bpf.h, struct bpf_cgroup_dev_ctx). Registers: 1 context, 2 type, 3 access, 4 major, 5 minor; 0 is the answer.
 * Little-endian machines only lay out source and destination as here; s390x is left to the caller's fallback by the verifier's refusal.
 */
function filterProgram(): Buffer {
  const [LOAD_U32, SHIFT_RIGHT, AND, MOVE, IF_EQUAL, IF_NOT_EQUAL, IF_AT_MOST, EXIT] = [0x61, 0x77, 0x57, 0xb7, 0x15, 0x55, 0xb5, 0x95];
  const [MKNOD_ONLY, CHARACTER] = [1, 2];
  /** A jump to 'allow' or 'deny', or over a number of instructions. */
  type Jump = number | 'allow' | 'deny';
  type Instruction = readonly [code: number, destination: number, source: number, offset: Jump, value: number];
  const program: Instruction[] = [
    [LOAD_U32, 2, 1, 0, 0],
    [LOAD_U32, 3, 1, 0, 0],
    [LOAD_U32, 4, 1, 4, 0],
    [LOAD_U32, 5, 1, 8, 0],
    [SHIFT_RIGHT, 3, 0, 0, 16],
    [AND, 2, 0, 0, 0xffff],
    [IF_EQUAL, 3, 0, 'allow', MKNOD_ONLY],
    [IF_NOT_EQUAL, 2, 0, 'deny', CHARACTER],
    [IF_EQUAL, 4, 0, 'allow', 136],
    [IF_NOT_EQUAL, 4, 0, 1, 5],
    [IF_AT_MOST, 5, 0, 'allow', 2],
    [IF_NOT_EQUAL, 4, 0, 'deny', 1],
    ...[3, 5, 7, 8, 9].map((minor): Instruction => [IF_EQUAL, 5, 0, 'allow', minor]),
    [MOVE, 0, 0, 0, 0],
    [EXIT, 0, 0, 0, 0],
    [MOVE, 0, 0, 0, 1],
    [EXIT, 0, 0, 0, 0],
  ];
  const places = { deny: program.length - 4, allow: program.length - 2 };
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code, destination, source, offset, value]] of program.entries()) {
    bytes.writeUInt8(code, at * 8);
    bytes.writeUInt8((source << 4) | destination, at * 8 + 1);
    bytes.writeInt16LE(typeof offset === 'number' ? offset : places[offset] - at - 1, at * 8 + 2);
    bytes.writeInt32LE(value, at * 8 + 4);
  }
  return bytes;
}
