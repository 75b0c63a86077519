import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiffID } from '../../core/oci/index.ts';
import type { Overlays } from '../snapshot/index.ts';
import type { DeviceGuard } from '../../host/sys/index.ts';
import { runContainer } from './container.ts';
import { unmappedError } from '../protocol/index.ts';
import type { Executor, StepOutcome } from './executor.ts';
import { formatHosts, formatResolvConf } from './etc-files.ts';
import { readOomKills } from './host-facts.ts';
import { MountPoints } from './mount-points.ts';
import type { OnOutput, StepExit, StepRequest } from '../protocol/index.ts';
import { lstatInRoot, makeFolders, resolveInRoot } from './root-path.ts';
import type { OciRuntime } from './runtime.ts';
import { makeSpec, type DeviceRule, type HostFacts, type SpecMount } from './spec.ts';
import { deviceMounts, makeChangesFolders, prepareMounts } from './step-mounts.ts';
import { StepOutput } from './step-output.ts';
import { lookupUser, type StepUser } from './user.ts';

export interface OciExecutorOptions {
  readonly runtime: OciRuntime;
  readonly overlays: Overlays;
  readonly host: HostFacts;
  /** In memory and seen by this process alone. */
  readonly runFolder: string;
  /** The unpacked folders of a chain, lowest first. */
  readonly layerFolders: (chain: readonly DiffID[]) => Promise<readonly string[]>;
  readonly tempFolder: () => string;
  /** Absent where no device cgroup can be made, or none is needed. */
  readonly deviceGuard?: DeviceGuard | undefined;
  /** From SIGTERM to SIGKILL when a step is aborted. Default 5000. */
  readonly graceMs?: number;
}

/** Runs steps with an OCI runtime, on overlay mounts. */
export class OciExecutor implements Executor {
  readonly #options: OciExecutorOptions;
  #steps = 0;
  #oomKills = readOomKills();

  constructor(options: OciExecutorOptions) {
    this.#options = options;
  }

  async run(request: StepRequest, folder: string, onOutput: OnOutput, signal: AbortSignal): Promise<StepOutcome> {
    const { runtime, overlays, host, runFolder, layerFolders } = this.#options;
    signal.throwIfAborted();
    const stepFolder = join(runFolder, `step${this.#steps++}`);
    const rootfs = join(stepFolder, 'rootfs');
    const insecure = request.security === 'insecure';
    const nodes = (request.devices?.deviceNodes.length ?? 0) > 0;
    const devices = this.#deviceRule(insecure, nodes, rootfs);
    let points: MountPoints;
    let exit: StepExit;
    const lower = await layerFolders(request.layers);
    const changes = makeChangesFolders(folder, lower.at(-1));
    {
      await using undo = new AsyncDisposableStack();
      mkdirSync(rootfs, { recursive: true });
      undo.defer(() => rmSync(stepFolder, { recursive: true, force: true }));
      undo.use(overlays.mount({ lower, upper: changes, target: rootfs, devices: devices.kind === 'guarded' }));

      points = new MountPoints(rootfs);
      points.makeSystemFolders();
      const etc = this.#etcMounts(request, stepFolder, points);
      const mounts = await prepareMounts(
        { files: request.files, mounts: [...request.mounts, ...deviceMounts(request.devices)] },
        {
          ...this.#options,
          stepFolder,
          rootfs,
          points,
          nodev: devices.kind === 'nodev',
          mappedIDs: host.mappedIDs,
          userNamespace: host.userNamespace,
          undo,
          signal,
        },
      );
      const user = findUser(rootfs, request.user, host.mappedIDs);
      const cwd = resolveInRoot(rootfs, request.cwd);
      if (!lstatInRoot(rootfs, cwd)) makeFolders(rootfs, cwd, user);

      const spec = makeSpec(
        { ...request, user, devices, edits: request.devices, mounts: [...this.#cgroupMounts(request), ...etc, ...mounts] },
        host,
        runtime.filter,
      );
      writeFileSync(join(stepFolder, 'config.json'), JSON.stringify(spec), { mode: 0o600 });
      const id = stepFolder.slice(runFolder.length + 1);
      const graceMs = this.#options.graceMs ?? 5000;
      const unguarded = insecure || nodes ? this.#options.deviceGuard : undefined;
      const output = new StepOutput(request, onOutput);
      exit = await runContainer({ runtime, bundle: stepFolder, id, onOutput: output.write, signal, graceMs, unguarded });
      output.end();
    }
    points.remove(changes.upper);
    return { exit: this.#withMemoryFault(exit), upper: changes.upper, mountPoints: points.made };
  }

  /** The guard knows the usual devices alone: a step that is given others runs without it. */
  #deviceRule(insecure: boolean, nodes: boolean, rootfs: string): DeviceRule {
    const { host, deviceGuard, runtime } = this.#options;
    if (insecure || host.userNamespace || (deviceGuard && !nodes)) return { kind: 'guarded' };
    // crun mounts the root filesystem anew without its flags. A hook that does not read its input breaks crun's pipe.
    const args = ['sh', '-c', 'cat >/dev/null; exec mount -n -o remount,bind,nodev "$0"', rootfs];
    return { kind: 'nodev', remount: runtime.name === 'crun' ? { path: '/bin/sh', args } : undefined };
  }

  /** With runc in a user namespace the host's cgroups are there, and a bound /sys shows them. */
  #cgroupMounts({ network }: StepRequest): SpecMount[] {
    const { host, runtime } = this.#options;
    if (runtime.name !== 'runc' || !host.userNamespace || network !== 'host') return [];
    return [{ destination: '/sys/fs/cgroup', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'nosuid', 'nodev', 'noexec', 'size=4k', 'mode=755'] }];
  }

  #etcMounts(request: StepRequest, stepFolder: string, points: MountPoints): SpecMount[] {
    const files = { '/etc/hosts': formatHosts(request.hostname, request.extraHosts), '/etc/resolv.conf': formatResolvConf(hostResolvConf(), request.network) };
    return Object.entries(files).map(([path, text]) => {
      const source = join(stepFolder, path.slice('/etc/'.length));
      writeFileSync(source, text, { mode: 0o644 });
      return { destination: points.ensure(path, 'file'), type: 'bind', source, options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'] };
    });
  }

  /** A killed step may have been out of memory; the kernel's counter is of the whole machine, so this is a hint. */
  #withMemoryFault(exit: StepExit): StepExit {
    if (exit.exitCode === 0) return exit;
    const before = this.#oomKills;
    this.#oomKills = readOomKills();
    return this.#oomKills > before && exit.exitCode === 137 ? { ...exit, outOfMemory: true } : exit;
  }
}

/** Errors: EXEC_USER, EXEC_ID_UNMAPPED. */
function findUser(rootfs: string, user: string, mappedIDs: number): StepUser {
  const found = lookupUser(user, readTextInRoot(rootfs, '/etc/passwd'), readTextInRoot(rootfs, '/etc/group'));
  if (Math.max(found.uid, found.gid) >= mappedIDs) throw unmappedError(`run a step as ${found.uid}:${found.gid}`, mappedIDs);
  return mappedIDs === 1 ? found : { ...found, groups: found.groups.filter((group) => group < mappedIDs) };
}

/** A user table larger than this is not read to its end. */
const MAX_TABLE_BYTES = 16 * 1024 * 1024;

function readTextInRoot(rootfs: string, path: string): string {
  const resolved = resolveInRoot(rootfs, path);
  const stat = lstatInRoot(rootfs, resolved);
  return stat?.isFile() && stat.size <= MAX_TABLE_BYTES ? readFileSync(join(rootfs, resolved), 'utf8') : '';
}

function hostResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}
