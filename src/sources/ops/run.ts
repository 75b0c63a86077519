import { formatPlatform, nodePlatform, type Compression, type DiffID, type Platform } from '../../core/oci/index.ts';
import type { RunMount, RunOp, Vertex } from '../../decide/graph/index.ts';
import type { LayersResult, StepContext } from '../../decide/solver/index.ts';
import type { Store } from '../../host/content/index.ts';
import { chainTreeID } from '../../core/tree/index.ts';
import type { ContainerEdits } from '../../host/devices/index.ts';
import type { OutputLimits, StepMount, WorkerClient } from '../../work/protocol/index.ts';
import type { CacheFolders } from './cache-folders.ts';
import { OpsError } from './error.ts';

/** What a RUN needs from outside. */
export interface RunPorts {
  readonly store: Store;
  /** Of the ids that steps see; cache mounts of one mapping are not for another. */
  readonly mapping: { readonly id: string; readonly isSingle: boolean };
  /** Called when a step's layer has one owner for all files, since there is a single id. */
  readonly onSingleOwner: () => void;
  readonly worker: () => Promise<WorkerClient>;
  /** Returns when each layer of the chain, lowest first, is unpacked in the store. */
  readonly ensureUnpacked: (layers: readonly DiffID[], context: StepContext) => Promise<void>;
  /** The value of `--secret id`, undefined where there is none. */
  readonly secret: (id: string) => Promise<Uint8Array | undefined>;
  /** Of each stream of a step's output. */
  readonly outputLimits: OutputLimits;
  /** The agent socket for `--ssh id`, undefined where there is none. */
  readonly sshSocket: (id: string) => Promise<string | undefined>;
  /** What the devices that the step asks for do to its container; undefined where there are none. */
  readonly deviceEdits: (devices: RunOp['devices']) => Promise<ContainerEdits | undefined>;
  /** Called when a step is about to be executed. */
  readonly onContainer: (detail: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds since 1970, where times are to be set. */
  readonly sourceDateEpoch: () => number | undefined;
  /** How layers that go into an exported image are compressed. Default gzip at the codec's level. */
  readonly compression?: { readonly compression: Compression; readonly level?: number };
}

/**
 * Executes a RUN on the state of input 0 and gives that state with one layer more. Output is emitted as log events, with secret values masked.
 * Errors: RUN_FAILED (the process ended with a status other than 0), RUN_PLATFORM, SECRET_MISSING, SSH_MISSING, and those of the worker.
 */
export async function runStep(
  { op, meta }: Vertex & { readonly op: RunOp },
  inputs: readonly LayersResult[],
  context: StepContext,
  ports: RunPorts & { readonly cacheFolders: CacheFolders },
): Promise<LayersResult> {
  const base = inputs[0]!;
  await using held = new AsyncDisposableStack();
  const secrets: Uint8Array[] = [];
  const env = [...op.uncachedEnv, ...op.env];
  const mounts: StepMount[] = [];
  const cacheFolders = await ports.cacheFolders.claim({ mounts: op.mounts, inputs, empty: meta.ignoreCache === true }, context.signal, held);
  for (const mount of op.mounts) {
    const step = await prepareMount(mount, inputs, ports, { cacheFolders, secrets, env });
    if (step !== undefined) mounts.push(step);
  }
  const chains = [
    base.layers,
    ...mounts.flatMap((mount) => (mount.kind === 'layers' ? [mount.layers] : mount.kind === 'folder' && mount.seed ? [mount.seed.layers] : [])),
  ];
  const [worker] = await Promise.all([ports.worker(), ...chains.map((chain) => ports.ensureUnpacked(chain, context))]);
  const devices = op.devices.length === 0 ? undefined : await ports.deviceEdits(op.devices);
  const sourceDateEpoch = ports.sourceDateEpoch();
  const emit = (stream: 'stdout' | 'stderr', data: Uint8Array): void | Promise<void> => {
    const pause = context.emit({ kind: 'log', stream, data });
    return pause ? pause.over : undefined;
  };
  ports.onContainer(op.args.join(' '));
  const result = await worker.run(
    {
      layers: base.layers,
      args: op.args,
      env,
      cwd: op.cwd,
      user: op.user,
      network: op.network === 'none' ? 'none' : 'host',
      security: op.security,
      hostname: op.hostname ?? 'buildkitsandbox',
      extraHosts: op.extraHosts,
      mounts,
      files: op.files,
      secretValues: secrets,
      outputLimits: ports.outputLimits,
      shmSizeBytes: op.shmSizeBytes ?? 64 * 1024 * 1024,
      ...(devices === undefined ? {} : { devices }),
      forms: { tar: false, ...(context.hints.exported ? { blob: ports.compression ?? { compression: 'gzip' as const } } : {}) },
      ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }),
    },
    emit,
    context.signal,
  );
  if (result.kind === 'exit') {
    if (result.isForeignFormat === true) refuseForeign(op.platform);
    const how = result.signal === undefined ? `exit code: ${result.exitCode}` : `killed by ${result.signal} (exit code: ${result.exitCode})`;
    throw new OpsError('RUN_FAILED', `Cannot finish RUN: process ${JSON.stringify(op.args.join(' '))} did not complete successfully: ${how}`, {
      family: 'execution',
      hint: hintFor(result.exitCode, base.layers.length === 0),
    });
  }
  const { layer } = result;
  if (layer.blob !== undefined) ports.store.blobs.trust(layer.blob.digest);
  return {
    kind: 'layers',
    treeID: chainTreeID(base.treeID, layer.contentDigest, layer.entryCount),
    layers: [...base.layers, layer.diffID],
    createdAtMs: ports.now(),
  };
}

/**
 * The parts of a RUN's key, from the content ids of what it sees. With a single id a step sees, and makes, other owners: its result is not for builds that have all
 * ids, nor theirs for it.
 */
export function runKeyParts(contents: readonly string[], { mapping, onSingleOwner }: Pick<RunPorts, 'mapping' | 'onSingleOwner'>): string[] {
  if (!mapping.isSingle) return [...contents];
  onSingleOwner();
  return [...contents, 'single id'];
}

/** Throws RUN_PLATFORM where the programs of the step are of another architecture than this host's. */
function refuseForeign(platform: Platform): void {
  const host = nodePlatform(process.platform, process.arch);
  if (platform.architecture === host.architecture) return;
  throw new OpsError('RUN_PLATFORM', `Cannot finish RUN: this host is ${formatPlatform(host)} and cannot execute programs of ${formatPlatform(platform)}`, {
    family: 'execution',
    hint: 'Install an emulator (Debian, Ubuntu: packages qemu-user-static and binfmt-support), or let the step run on this host, in a stage FROM --platform=$BUILDPLATFORM.',
  });
}

function hintFor(exitCode: number, isEmpty: boolean): string | undefined {
  if (exitCode === 127 && isEmpty)
    return 'FROM scratch is an image without files, and so without a shell: begin with an image that has one, or execute the step in another stage and COPY --from it.';
  if (exitCode === 127)
    return 'The command, or the shell that was to execute it, is not in the image: check its name and PATH, install it in an earlier step, or begin with an image that has it.';
  if (exitCode === 126) return 'The command was found but cannot be executed: check its mode, its #! line and its architecture.';
  if (exitCode === 137) return 'The process was killed, most often because memory ran out.';
  return undefined;
}

interface MountScope {
  readonly cacheFolders: ReadonlyMap<RunMount, string>;
  readonly secrets: Uint8Array[];
  readonly env: string[];
}

async function prepareMount(mount: RunMount, inputs: readonly LayersResult[], ports: RunPorts, scope: MountScope): Promise<StepMount | undefined> {
  switch (mount.kind) {
    case 'bind': {
      const { kind: _kind, input, ...bind } = mount;
      return { kind: 'layers', layers: inputs[input]!.layers, ...bind };
    }
    case 'cache': {
      const { kind: _kind, input, id: _id, sharing: _sharing, owned: _owned, ...cache } = mount;
      const folder = scope.cacheFolders.get(mount)!;
      const layers = input === undefined ? [] : inputs[input]!.layers;
      // What is copied from the seed is the whole of the cache.
      return { kind: 'folder', folder, ...cache, ...(layers.length === 0 ? {} : { seed: { layers, source: mount.source }, source: '/' }) };
    }
    case 'tmpfs':
      return mount;
    case 'secret': {
      const data = await ports.secret(mount.id);
      if (data === undefined) {
        if (!mount.required) {
          // As docker build has it: set, and empty.
          if (mount.env !== undefined) scope.env.push(`${mount.env}=`);
          return undefined;
        }
        throw new OpsError('SECRET_MISSING', `Cannot mount secret ${JSON.stringify(mount.id)}: the build was given no secret of that id`, {
          family: 'validation',
          hint: `Give it with --secret id=${mount.id},src=FILE or --secret id=${mount.id},env=NAME.`,
        });
      }
      scope.secrets.push(data);
      if (mount.env !== undefined) scope.env.push(`${mount.env}=${Buffer.from(data).toString('utf8')}`);
      const { kind: _kind, id: _id, env: _env, required: _required, target, ...secret } = mount;
      return target === undefined ? undefined : { kind: 'secret', target, data, ...secret };
    }
    case 'ssh': {
      // Set whether or not there is an agent, as docker build has it.
      if (!scope.env.some((entry) => entry.startsWith('SSH_AUTH_SOCK='))) scope.env.push(`SSH_AUTH_SOCK=${mount.target}`);
      const path = await ports.sshSocket(mount.id);
      if (path === undefined) {
        if (!mount.required) return undefined;
        throw new OpsError('SSH_MISSING', `Cannot mount ssh agent ${JSON.stringify(mount.id)}: the build was given none of that id`, {
          family: 'validation',
          hint: `Start an agent, add a key, and give it with --ssh ${mount.id === 'default' ? 'default' : `${mount.id}=SOCKET`}.`,
        });
      }
      const { kind: _kind, id: _id, required: _required, ...ssh } = mount;
      return { kind: 'socket', path, ...ssh };
    }
    default:
      return mount satisfies never;
  }
}
