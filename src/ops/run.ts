import { utimesSync } from 'node:fs';
import { hexOf, digestOf, type Compression, type DiffID } from '../oci/index.ts';
import type { RunMount, RunOp } from '../graph/index.ts';
import type { LayersResult, StepContext } from '../solver/index.ts';
import type { Lock, Store } from '../content/index.ts';
import { chainTreeID } from '../tree/index.ts';
import type { ContainerEdits, StepMount, WorkerClient } from '../worker/index.ts';
import { OpsError } from './error.ts';
import { Masker } from './masker.ts';

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
  /** The agent socket for `--ssh id`, undefined where there is none. */
  readonly sshSocket: (id: string) => Promise<string | undefined>;
  /** What the devices that the step asks for do to its container; undefined where there are none. */
  readonly deviceEdits: (devices: RunOp['devices']) => Promise<ContainerEdits | undefined>;
  /** Told when a step is about to be executed. */
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
 * Errors: RUN_FAILED (the process ended with a status other than 0), SECRET_MISSING, SSH_MISSING, and those of the worker.
 */
export async function runStep(op: RunOp, inputs: readonly LayersResult[], context: StepContext, ports: RunPorts): Promise<LayersResult> {
  const base = inputs[0]!;
  await using held = new AsyncDisposableStack();
  const secrets: Uint8Array[] = [];
  const env = [...op.uncachedEnv, ...op.env];
  const mounts: StepMount[] = [];
  const cacheFolders = await claimCacheFolders(op.mounts, ports, context.signal, held);
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
  const mask = { stdout: new Masker(secrets), stderr: new Masker(secrets) };
  const emit = (stream: 'stdout' | 'stderr', data: Uint8Array): void | Promise<void> => {
    const pause = data.length > 0 ? context.emit({ kind: 'log', stream, data }) : undefined;
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
      shmSizeBytes: op.shmSizeBytes ?? 64 * 1024 * 1024,
      ...(devices === undefined ? {} : { devices }),
      forms: { dir: true, tar: false, ...(context.hints.exported ? { blob: ports.compression ?? { compression: 'gzip' as const } } : {}) },
      ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }),
    },
    (stream, data) => emit(stream, mask[stream].push(data)),
    context.signal,
  );
  void emit('stdout', mask.stdout.end());
  void emit('stderr', mask.stderr.end());
  if (result.kind === 'exit') {
    const how = result.signal === undefined ? `exit code: ${result.exitCode}` : `killed by ${result.signal} (exit code: ${result.exitCode})`;
    throw new OpsError('RUN_FAILED', `Cannot finish RUN: process ${JSON.stringify(op.args.join(' '))} did not complete successfully: ${how}`, {
      family: 'execution',
      hint: hintFor(result.exitCode),
    });
  }
  const { layer } = result;
  return {
    kind: 'layers',
    treeID: chainTreeID(base.treeID, layer.contentDigest, layer.entryCount),
    layers: [...base.layers, layer.diffID],
    createdAtMs: ports.now(),
  };
}

/** With a single id a step sees, and makes, other owners: its result is not for builds that have all ids, nor theirs for it. */
export function runKeyParts(inputs: readonly LayersResult[], { mapping, onSingleOwner }: Pick<RunPorts, 'mapping' | 'onSingleOwner'>): string[] {
  const trees = inputs.map((input): string => input.treeID);
  if (!mapping.isSingle) return trees;
  onSingleOwner();
  return [...trees, 'single id'];
}

function hintFor(exitCode: number): string | undefined {
  if (exitCode === 127) return 'The command was not found in the image: install it in an earlier step, or check its name and PATH.';
  if (exitCode === 126) return 'The command was found but cannot be executed: check its mode, its #! line and its architecture.';
  if (exitCode === 137) return 'The process was killed, most often because memory ran out.';
  return undefined;
}

interface MountScope {
  readonly cacheFolders: ReadonlyMap<string, string>;
  readonly secrets: Uint8Array[];
  readonly env: string[];
}

async function prepareMount(mount: RunMount, inputs: readonly LayersResult[], ports: RunPorts, scope: MountScope): Promise<StepMount | undefined> {
  switch (mount.kind) {
    case 'bind':
      return { kind: 'layers', layers: inputs[mount.input]!.layers, source: mount.source, target: mount.target, readonly: mount.readonly };
    case 'cache': {
      const seedLayers = mount.input === undefined ? [] : inputs[mount.input]!.layers;
      const folder = scope.cacheFolders.get(mount.id)!;
      const { target, readonly, mode, uid, gid } = mount;
      return {
        kind: 'folder',
        folder,
        target,
        readonly,
        mode,
        uid,
        gid,
        ...(seedLayers.length === 0 ? {} : { seed: { layers: seedLayers, source: mount.source } }),
      };
    }
    case 'tmpfs':
      return { kind: 'tmpfs', target: mount.target, ...(mount.sizeBytes === undefined ? {} : { sizeBytes: mount.sizeBytes }) };
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
      if (mount.target === undefined) return undefined;
      return { kind: 'secret', target: mount.target, data, mode: mount.mode, uid: mount.uid, gid: mount.gid };
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
      return { kind: 'socket', path, target: mount.target, mode: mount.mode, uid: mount.uid, gid: mount.gid };
    }
    default:
      return mount satisfies never;
  }
}

type CacheMount = RunMount & { kind: 'cache' };

/**
 * Picks the folders of cache mounts, by id, and holds them as their sharing modes say until the step ends. Mounts of one id are one folder, held as the strictest of
 * them says. They are taken in one order by every step, so that no two steps wait for each other.
 */
async function claimCacheFolders(mounts: readonly RunMount[], ports: RunPorts, signal: AbortSignal, held: AsyncDisposableStack): Promise<Map<string, string>> {
  const sharings = new Map<string, CacheMount['sharing']>();
  for (const mount of mounts) {
    if (mount.kind !== 'cache') continue;
    const known = sharings.get(mount.id) ?? 'shared';
    sharings.set(mount.id, strictness.indexOf(mount.sharing) > strictness.indexOf(known) ? mount.sharing : known);
  }
  const folders = new Map<string, string>();
  for (const [id, sharing] of [...sharings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const folder = await claimCacheFolder(cacheFolderName(id, ports.mapping.id), sharing, ports.store, signal, held);
    noteUse(folder);
    folders.set(id, folder);
  }
  return folders;
}

const strictness: readonly CacheMount['sharing'][] = ['shared', 'locked', 'private'];

async function claimCacheFolder(name: string, sharing: CacheMount['sharing'], store: Store, signal: AbortSignal, held: AsyncDisposableStack): Promise<string> {
  const folder = (n: number): string => `${store.root}/mounts/${name}-${n}`;
  const hold = (lock: Lock): void => held.defer(() => lock.release());
  if (sharing === 'private') {
    for (let n = 0; ; n += 1) {
      const lock = store.tryLock(`mount-${name}-${n}`);
      if (lock === undefined) continue;
      hold(lock);
      return folder(n);
    }
  }
  hold(await store.lock(`mount-${name}-0`, signal, sharing === 'locked' ? 'exclusive' : 'shared'));
  return folder(0);
}

/** The one name of a cache mount's folder and lock, without the number that tells apart those of one id. Its files belong to ids of the mapping. */
function cacheFolderName(id: string, mappingID: string): string {
  return `${mappingID}-${hexOf(digestOf(id))}`;
}

/** For least-recently-used collection: what steps write below the folder does not show on it. */
function noteUse(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // It is made with the step, or belongs to an id of the step's: then its own time must do.
  }
}
