import { chmodSync, chownSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DiffID } from '../../core/oci/index.ts';
import type { Overlays } from '../snapshot/index.ts';
import { mknod, mount as mountAt, mountFlags, runProcess, unmount } from '../../host/sys/index.ts';
import { forwardAgent } from './agent-socket.ts';
import { deviceError, type ContainerEdits, type DeviceMount, type DeviceNode } from '../../host/devices/index.ts';
import { executorError, unmappedError } from '../protocol/index.ts';
import { makePlace, systemTargets, type MountPoints } from './mount-points.ts';
import type { StepMount, StepRequest } from '../protocol/index.ts';
import { lstatInRoot, resolveInRoot } from './root-path.ts';
import type { SpecMount } from './spec.ts';

/** What preparing mounts needs of its surroundings. */
export interface MountResources {
  readonly overlays: Overlays;
  /** The unpacked folders of a chain, lowest first. */
  readonly layerFolders: (chain: readonly DiffID[]) => Promise<readonly string[]>;
  /** A fresh folder on the store's filesystem; the caller removes it. */
  readonly tempFolder: () => string;
  /** Of this step, in memory: secrets go nowhere else. */
  readonly stepFolder: string;
  readonly rootfs: string;
  readonly points: MountPoints;
  readonly nodev: boolean;
  readonly mappedIDs: number;
  readonly userNamespace: boolean;
  /** What must be undone after the step. */
  readonly undo: AsyncDisposableStack;
  readonly signal: AbortSignal;
}

/** Makes ready what a step's mounts show, in the order in which they are to be mounted: by target, parents first. Errors: EXEC_MOUNT, EXEC_ID_UNMAPPED, DEVICE_MISSING, SYSCALL_FAILED. */
export async function prepareMounts(
  request: { readonly mounts: readonly (StepMount | HostMount)[]; readonly files: StepRequest['files'] },
  resources: MountResources,
): Promise<SpecMount[]> {
  const files = request.files.map((file) => ({ kind: 'script' as const, target: file.path, ...file }));
  const all = [...request.mounts, ...files].sort((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : 0));
  const shown: Shown[] = systemTargets.map((target) => ({ target, path: undefined, readonly: false }));
  const mounts: SpecMount[] = [];
  for (const [number, mount] of all.entries()) {
    const source = await prepareSource(mount, join(resources.stepFolder, `m${number}`), resources);
    const destination = placeFor(mount.target, source.kind, shown, resources.points);
    shown.push({ target: mount.target, path: source.type === 'bind' ? source.path : undefined, readonly: source.options.includes('ro') });
    mounts.push({ destination, type: source.type, source: source.path, options: source.options });
  }
  return mounts;
}

/** A mount that others may be placed in. */
interface Shown {
  readonly target: string;
  /** Absent for what the runtime mounts. */
  readonly path: string | undefined;
  readonly readonly: boolean;
}

/**
 * Sees to it that there is something to mount on: in the root filesystem, else in the mount that covers the target, where it stays. Runtimes would make it too, but
 * crun with mode 1755, or 0700 for a file. Errors: EXEC_MOUNT.
 */
function placeFor(target: string, kind: 'dir' | 'file', shown: readonly Shown[], points: MountPoints): string {
  const cover = shown.findLast((mount) => target === mount.target || target.startsWith(`${mount.target}/`));
  if (cover === undefined) return points.ensure(target, kind);
  if (cover.path === undefined) return target;
  const path = target.slice(cover.target.length);
  // Behind a symlink it is somewhere else in the container, as the runtime finds out.
  if (resolveInRoot(cover.path, path) !== (path === '' ? '/' : path) || lstatInRoot(cover.path, path)) return target;
  if (cover.readonly) throw executorError('EXEC_MOUNT', `Cannot mount on ${target}: the mount on ${cover.target} is read-only and has no such path`);
  makePlace(cover.path, path, kind);
  return target;
}

interface Source {
  readonly kind: 'dir' | 'file';
  readonly type: 'bind' | 'tmpfs';
  readonly path: string;
  readonly options: readonly string[];
}

/** What a device brings from the host. */
type HostMount =
  | { readonly kind: 'device'; readonly target: string; readonly node: DeviceNode }
  | { readonly kind: 'host'; readonly target: string; readonly mount: DeviceMount };

export function deviceMounts(edits: ContainerEdits | undefined): HostMount[] {
  return [
    ...(edits?.deviceNodes ?? []).map((node) => ({ kind: 'device' as const, target: node.path, node })),
    ...(edits?.mounts ?? []).map((mount) => ({ kind: 'host' as const, target: mount.containerPath, mount })),
  ];
}

type AnyMount = StepMount | HostMount | { readonly kind: 'script'; readonly target: string; readonly content: string; readonly mode: number };

async function prepareSource(mount: AnyMount, scratch: string, resources: MountResources): Promise<Source> {
  const nodev = resources.nodev ? ['nodev'] : [];
  const bind = (path: string, kind: 'dir' | 'file', ...options: string[]): Source => ({ kind, type: 'bind', path, options: ['rbind', ...nodev, ...options] });
  switch (mount.kind) {
    case 'layers': {
      const root = await mountLayers(mount.layers, !mount.readonly, scratch, resources);
      const { path, kind } = findSource(root, mount.source, mount.target);
      return bind(path, kind, ...(mount.readonly ? ['ro'] : []));
    }
    case 'folder':
      await makeCacheFolder(mount, scratch, resources);
      {
        const { path, kind } = findSource(mount.folder, mount.source, mount.target);
        return bind(path, kind, ...(mount.readonly ? ['ro'] : []));
      }
    case 'tmpfs':
      // Made here and not by the runtime, so that others can be placed in it. Anyone may write to it, whatever it covers.
      mountMemory(scratch, `mode=1777${mount.sizeBytes === undefined ? '' : `,size=${mount.sizeBytes}`}`, mountFlags.nosuid, resources);
      return bind(scratch, 'dir', 'nosuid', ...(mount.readonly ? ['ro'] : []));
    case 'secret':
      writeFileSync(scratch, mount.data, { flag: 'wx', mode: 0o600 });
      giveTo(scratch, mount, resources.mappedIDs);
      resources.undo.defer(() => rmSync(scratch, { force: true }));
      return bind(scratch, 'file', 'ro', 'nosuid', 'nodev', 'noexec');
    case 'socket':
      checkIDs(mount, resources.mappedIDs);
      if (!existsSync(mount.path))
        throw executorError('EXEC_MOUNT', `Cannot mount the socket ${mount.path}: it is not there`, 'Start an ssh agent and set SSH_AUTH_SOCK.');
      resources.undo.use(await forwardAgent(scratch, mount.path, mount));
      return bind(scratch, 'file');
    case 'device': {
      const path = deviceSource(mount.node, scratch, resources);
      return { kind: 'file', type: 'bind', path, options: ['bind', 'nosuid', 'noexec'] };
    }
    case 'host': {
      const { hostPath, type, options } = mount.mount;
      // A step with device nodes of its own has nothing but `nodev` to keep it from others.
      const kept = options.includes('dev') ? [] : nodev;
      if (type === 'tmpfs') return { kind: 'dir', type, path: 'tmpfs', options: [...options, ...kept] };
      const stat = statHost(hostPath, mount.target);
      if (!stat) throw deviceError('DEVICE_MISSING', `Cannot mount ${hostPath} of a device on ${mount.target}: it is not there`);
      const bound = options.some((option) => option === 'bind' || option === 'rbind') ? options : ['rbind', ...options];
      return { kind: stat.isDirectory() ? 'dir' : 'file', type: 'bind', path: hostPath, options: [...bound, ...kept] };
    }
    case 'script':
      writeFileSync(scratch, mount.content, { flag: 'wx' });
      chmodSync(scratch, mount.mode);
      return bind(scratch, 'file', 'ro');
    default:
      return mount satisfies never;
  }
}

/**
 * The host's node, or one made as the device's file says where that asks for another owner, mode or number. In a user namespace no node can be made that opens: there it
 * is the host's.
 */
function deviceSource(node: DeviceNode, scratch: string, resources: MountResources): string {
  const stat = statHost(node.hostPath, node.path);
  if (stat && !stat.isCharacterDevice() && !stat.isBlockDevice() && !stat.isFIFO())
    throw deviceError('DEVICE_MISSING', `Cannot give the step ${node.path}: ${node.hostPath} is no device`);
  const own = [node.major, node.minor, node.fileMode, node.uid, node.gid].some((part) => part !== undefined);
  if (resources.userNamespace || (stat && !own)) {
    if (!stat) throw deviceError('DEVICE_MISSING', `Cannot give the step ${node.path}: ${node.hostPath} is not there`);
    return node.hostPath;
  }
  if (!stat && (node.type === undefined || node.major === undefined || node.minor === undefined))
    throw deviceError('DEVICE_MISSING', `Cannot give the step ${node.path}: ${node.hostPath} is not there, and its file does not say type, major and minor`);
  // The step's own folder is mounted without devices.
  const folder = `${scratch}.dev`;
  mountMemory(folder, 'mode=700,size=4k', mountFlags.nosuid | mountFlags.noexec, resources);
  const path = join(folder, 'node');
  mknod(path, typeBits(node.type, stat?.mode), node.major ?? majorOf(stat!.rdev), node.minor ?? minorOf(stat!.rdev));
  chownSync(path, node.uid ?? stat?.uid ?? 0, node.gid ?? stat?.gid ?? 0);
  chmodSync(path, (node.fileMode ?? stat?.mode ?? 0o666) & 0o7777);
  return path;
}

/** A tmpfs for the time of the step. */
function mountMemory(target: string, options: string, flags: number, resources: MountResources): void {
  mkdirSync(target);
  mountAt({ source: 'tmpfs', target, type: 'tmpfs', flags, options });
  resources.undo.defer(() => unmount(target));
}

/** Undefined for what is not there. Errors: DEVICE_MISSING for what this user cannot look at. */
function statHost(path: string, target: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw deviceError('DEVICE_MISSING', `Cannot give the step ${target}: ${path}: ${(error as NodeJS.ErrnoException).code}`, undefined, error);
  }
}

function typeBits(type: string | undefined, hostMode: number | undefined): number {
  if (type === undefined) return (hostMode ?? constants.S_IFCHR) & constants.S_IFMT;
  if (type === 'b') return constants.S_IFBLK;
  return type === 'p' ? constants.S_IFIFO : constants.S_IFCHR;
}

/** gnu_dev_major(3) and gnu_dev_minor(3), for numbers that a double holds. */
function majorOf(rdev: number): number {
  return (Math.floor(rdev / 2 ** 32) & 0xfffff000) | ((rdev >>> 8) & 0xfff);
}

function minorOf(rdev: number): number {
  return (rdev & 0xff) | ((Math.floor(rdev / 2 ** 12) >>> 0) & 0xffffff00);
}

/** Mounts layers aside; what is written to them goes with the step. */
async function mountLayers(layers: readonly DiffID[], writable: boolean, scratch: string, resources: MountResources): Promise<string> {
  const target = `${scratch}.view`;
  mkdirSync(target);
  const lower = await resources.layerFolders(layers);
  let changes: { upper: string; work: string } | undefined;
  if (writable) {
    const temporary = resources.tempFolder();
    resources.undo.defer(() => rmSync(temporary, { recursive: true, force: true }));
    changes = makeChangesFolders(temporary, lower.at(-1));
  }
  resources.undo.use(resources.overlays.mount({ lower, target, devices: !resources.nodev, ...(changes ? { upper: changes } : {}) }));
  return target;
}

/** The two folders of an overlay's writable side. The root of the mount gets owner and mode of the root of the topmost layer. */
export function makeChangesFolders(parent: string, topLayer: string | undefined): { upper: string; work: string } {
  const [upper, work] = [join(parent, 'upper'), join(parent, 'work')];
  mkdirSync(upper);
  mkdirSync(work);
  const { mode, uid, gid } = topLayer === undefined ? { mode: 0o755, uid: 0, gid: 0 } : statSync(topLayer);
  if (uid !== 0 || gid !== 0) {
    try {
      chownSync(upper, uid, gid);
    } catch (error) {
      // An owner that is not mapped here shows as nobody and cannot be given to anything.
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    }
  }
  chmodSync(upper, mode & 0o7777);
  return { upper, work };
}

function findSource(root: string, source: string, target: string): { path: string; kind: 'dir' | 'file' } {
  const resolved = resolveInRoot(root, source);
  const stat = lstatInRoot(root, resolved);
  if (!stat) throw executorError('EXEC_MOUNT', `Cannot mount ${source} on ${target}: it is not there`, 'Check the source= of the mount.');
  return { path: join(root, resolved), kind: stat.isDirectory() ? 'dir' : 'file' };
}

/** A folder is made aside and renamed, so that another process finds it whole or not at all. */
async function makeCacheFolder(mount: StepMount & { kind: 'folder' }, scratch: string, resources: MountResources): Promise<void> {
  if (existsSync(mount.folder)) return;
  const temporary = resources.tempFolder();
  resources.undo.defer(() => rmSync(temporary, { recursive: true, force: true }));
  const made = join(temporary, 'cache');
  mkdirSync(made);
  if (mount.seed) {
    const { path, kind } = findSource(await mountLayers(mount.seed.layers, false, scratch, resources), mount.seed.source, mount.target);
    if (kind === 'file') throw executorError('EXEC_MOUNT', `Cannot fill the cache for ${mount.target} from ${mount.seed.source}: it is no folder`);
    const exit = await runProcess('cp', ['-a', `${path}/.`, made], { signal: resources.signal });
    if (exit.exitCode !== 0)
      throw executorError('EXEC_MOUNT', `Cannot fill the cache for ${mount.target} from ${mount.seed.source}: cp ended with ${exit.exitCode ?? exit.signal}`);
  } else {
    giveTo(made, mount, resources.mappedIDs);
  }
  mkdirSync(dirname(mount.folder), { recursive: true });
  try {
    renameSync(made, mount.folder);
  } catch (error) {
    // Another process made it meanwhile, and a step put something in.
    if (!existsSync(mount.folder)) throw error;
  }
}

interface Rights {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

function giveTo(path: string, rights: Rights, mappedIDs: number): void {
  checkIDs(rights, mappedIDs);
  chownSync(path, rights.uid, rights.gid);
  chmodSync(path, rights.mode);
}

function checkIDs({ uid, gid }: Rights, mappedIDs: number): void {
  if (Math.max(uid, gid) >= mappedIDs) throw unmappedError(`give a mount to ${uid}:${gid}`, mappedIDs);
}
