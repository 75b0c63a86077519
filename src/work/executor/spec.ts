import { stepCapabilities } from './capabilities.ts';
import type { ContainerEdits, DeviceHook, HookName } from '../../host/devices/index.ts';
import { defaultSeccomp, type Seccomp } from './seccomp.ts';
import type { StepUser } from './user.ts';

/** runtime-spec config.md, `mounts`. */
export interface SpecMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** The parts of runtime-spec config.md that steps use. */
export interface Spec {
  readonly ociVersion: string;
  readonly process: {
    readonly terminal: false;
    readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids?: readonly number[] };
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly capabilities: Readonly<Record<'bounding' | 'effective' | 'permitted', readonly string[]>>;
    readonly noNewPrivileges: false;
  };
  readonly root: { readonly path: string; readonly readonly: false };
  readonly hostname: string;
  readonly mounts: readonly SpecMount[];
  readonly hooks?: Readonly<Partial<Record<HookName, readonly SpecHook[]>>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux: {
    readonly namespaces: readonly { readonly type: string }[];
    readonly maskedPaths?: readonly string[];
    readonly readonlyPaths?: readonly string[];
    readonly seccomp?: Seccomp | { readonly defaultAction: string };
  };
}

/** What the host allows, as far as it changes a step's container. */
export interface HostFacts {
  /** Ids are those of a user namespace that the worker made or lives in. */
  readonly userNamespace: boolean;
  /** How many ids there are, counted from 0. 1: setgroups(2) is denied. */
  readonly mappedIDs: number;
  /** Node's `process.arch`. */
  readonly arch: string;
  /** What this process itself may do, for `security: insecure`. */
  readonly allCapabilities: readonly string[];
  readonly cgroupNamespace: boolean;
}

/** How a step is kept from opening the host's devices by nodes that it makes or that its image has. */
export type DeviceRule =
  /** A device cgroup (DeviceGuard), or a user namespace, where no node opens anything. */
  | { readonly kind: 'guarded' }
  /** Every filesystem is mounted `nodev` and the allowed devices are bound one by one. */
  | { readonly kind: 'nodev'; readonly remount: SpecHook | undefined };

/** runtime-spec config.md, POSIX-platform hooks. */
export interface SpecHook {
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: readonly string[];
  readonly timeout?: number;
}

export interface SpecRequest {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: StepUser;
  readonly network: 'host' | 'none';
  readonly security: 'sandbox' | 'insecure';
  readonly hostname: string;
  readonly shmSizeBytes: number;
  /** Of the step, after the system's. */
  readonly mounts: readonly SpecMount[];
  readonly devices: DeviceRule;
  /** Of the devices that the step is given; their nodes and mounts are among `mounts`. */
  readonly edits: ContainerEdits | undefined;
}

/**
 * The container of a step, with what docker build gives one: its capabilities, seccomp profile, masked and read-only paths and devices. It has no cgroup of its
 * own, so devices are kept away as `request.devices` says.
 * `filter` is the seccomp profile compiled for the runtime (see SeccompFilters), which saves compiling it at each start.
 */
export function makeSpec(request: SpecRequest, host: HostFacts, filter: string | undefined): Spec {
  const insecure = request.security === 'insecure';
  const capabilities = insecure ? host.allCapabilities : stepCapabilities(request.network);
  const hasHome = request.env.some((entry) => entry.startsWith('HOME='));
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: {
        uid: request.user.uid,
        gid: request.user.gid,
        // With a single id setgroups(2) is denied.
        ...(host.mappedIDs === 1 ? {} : { additionalGids: [...request.user.groups, ...deviceGroups(request.edits, host)] }),
      },
      args: request.args,
      env: withDeviceEnv(hasHome ? request.env : [...request.env, `HOME=${request.user.home}`], request.edits),
      cwd: request.cwd,
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: false,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: request.hostname,
    mounts: [...systemMounts(request, host), ...request.mounts],
    ...makeHooks(request),
    ...(filter !== undefined && !insecure ? { annotations: { 'run.oci.seccomp_bpf_data': filter } } : {}),
    linux: {
      namespaces: namespaces(request.network, host),
      ...(insecure
        ? {}
        : {
            maskedPaths,
            readonlyPaths,
            seccomp: filter === undefined ? defaultSeccomp(host.arch) : { defaultAction: 'SCMP_ACT_ERRNO' },
          }),
    },
  };
}

/** A variable that a device sets goes over one of the same name. */
function withDeviceEnv(env: readonly string[], edits: ContainerEdits | undefined): readonly string[] {
  if (edits === undefined || edits.env.length === 0) return env;
  const nameOf = (entry: string): string => entry.split('=', 1)[0]!;
  const given = new Set(edits.env.map(nameOf));
  return [...env.filter((entry) => !given.has(nameOf(entry))), ...edits.env];
}

function deviceGroups(edits: ContainerEdits | undefined, host: HostFacts): number[] {
  return (edits?.additionalGids ?? []).filter((gid) => gid < host.mappedIDs);
}

function makeHooks({ devices, edits }: SpecRequest): Pick<Spec, 'hooks'> {
  const hooks: Partial<Record<HookName, SpecHook[]>> = {};
  const add = (name: HookName, hook: SpecHook): void => void (hooks[name] ??= []).push(hook);
  for (const { hookName, ...hook } of edits?.hooks ?? []) add(hookName, withoutEmpty(hook));
  // Last, so that the others find the root filesystem as they would elsewhere.
  if (devices.kind === 'nodev' && devices.remount) add('createContainer', devices.remount);
  return Object.keys(hooks).length === 0 ? {} : { hooks };
}

/** An empty environment is none for runtimes, as an absent one is. */
function withoutEmpty({ env, ...hook }: Omit<DeviceHook, 'hookName'>): SpecHook {
  return env.length === 0 ? hook : { ...hook, env };
}

function namespaces(network: 'host' | 'none', host: HostFacts): { type: string }[] {
  const types = ['mount', 'pid', 'ipc', 'uts'];
  if (host.cgroupNamespace) types.push('cgroup');
  if (network === 'none') types.push('network');
  return types.map((type) => ({ type }));
}

function systemMounts(request: SpecRequest, host: HostFacts): SpecMount[] {
  const nodev = request.devices.kind === 'nodev' ? ['nodev'] : [];
  const readonly = request.security === 'insecure' ? [] : ['ro'];
  const mounts: SpecMount[] = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k', ...nodev] },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', ...(host.mappedIDs === 1 ? [] : ['gid=5'])],
    },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${request.shmSizeBytes}`] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    // A user namespace may mount sysfs only for a network namespace of its own.
    host.userNamespace && request.network === 'host'
      ? { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'nosuid', 'noexec', 'nodev', ...readonly] }
      : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', ...readonly] },
  ];
  if (request.devices.kind === 'nodev') {
    mounts.push(...devices.map((path) => ({ destination: path, type: 'bind', source: path, options: ['bind', 'nosuid', 'noexec'] })));
  }
  return mounts;
}

/** runtime-spec config-linux.md, default devices; /dev/ptmx comes with devpts. */
const devices = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty'];

const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
