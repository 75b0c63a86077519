import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enterPeers, startBuildKit } from '../test/harness/buildkit.ts';
import type { BuildKit } from '../test/harness/buildkit.ts';
import { runCommand } from '../test/harness/command.ts';
import type { CommandResult } from '../test/harness/command.ts';
import { repositoryFolder } from '../test/harness/ossb.ts';

export interface BuildCall {
  readonly context: string;
  readonly dockerfile: string;
  readonly image: string;
  readonly onStart?: (pid: number) => void;
}

/** A builder in the race. */
export interface Builder {
  readonly name: 'OSSB' | 'BuildKit' | 'buildah';
  /** Its processes beside the one that a build starts; for the sampler. */
  readonly daemonPids: () => readonly number[];
  /** Programs that count as the builder's own; what a step runs does not. */
  readonly programs: ReadonlySet<string>;
  /** At most so many timed builds, where the builder is slow and only its order of size matters. */
  readonly iterationLimit?: number;
  /** Forgets everything. */
  fresh(): Promise<void>;
  /** Builds and pushes. */
  build(call: BuildCall): Promise<CommandResult>;
  close(): Promise<void>;
}

/** What is published, made by `npm run build`. */
const ossbBundle = join(repositoryFolder, 'dist/ossb.cjs');

/** The command as it is published. */
export function ossbBuilder(folder: string): Builder {
  const root = join(folder, 'ossb');
  return {
    name: 'OSSB',
    daemonPids: () => [],
    programs: new Set(['node', 'ossb', 'crun', 'runc', 'igzip', 'newuidmap', 'newgidmap']),
    async fresh() {
      rmSync(root, { recursive: true, force: true });
    },
    build: (call) =>
      runCommand([ossbBundle, 'build', '--root', root, '-q', '--network', 'host', '-f', call.dockerfile, '-t', call.image, '--push', call.context], {
        ...start(call),
        env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
      }),
    async close() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The daemon runs before the clock does; a fresh store is a fresh daemon. */
export function buildKitBuilder(folder: string, mirror: string): Builder {
  let kit: BuildKit | undefined;
  let count = 0;
  const close = async () => {
    await kit?.close();
    kit = undefined;
  };
  return {
    name: 'BuildKit',
    daemonPids: () => (kit === undefined ? [] : [kit.daemonPid]),
    programs: new Set(['dockerd', 'containerd', 'containerd-shim-runc-v2', 'runc', 'docker', 'docker-buildx', 'unpigz', 'igzip', 'nsenter', 'env']),
    async fresh() {
      await close();
      kit = await startBuildKit(join(folder, `buildkit-${++count}`), mirror);
      await kit.build(['--help']);
    },
    build: (call) =>
      runCommand(
        kit!.buildArgv(['--provenance=false', '-q', '-f', `/host${call.dockerfile}`, '-t', call.image, '--push', `/host${call.context}`]),
        start(call),
      ),
    close,
  };
}

export async function buildahBuilder(folder: string): Promise<Builder> {
  const peers = await enterPeers();
  const root = join(folder, 'buildah');
  const common = ['buildah', '--root', `/host${root}/root`, '--runroot', `/host${root}/run`, '--storage-driver', 'overlay'];
  const limits = ['--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=50000:50000'];
  const script =
    'f=$1 i=$2 c=$3; shift 3; "$@" bud -q --isolation chroot --layers --tls-verify=false --network host $LIMITS -f "$f" -t "$i" "$c" && "$@" push -q --tls-verify=false "$i"';
  return {
    name: 'buildah',
    iterationLimit: 2,
    daemonPids: () => [],
    programs: new Set(['buildah', 'crun', 'runc', 'nsenter', 'fuse-overlayfs']),
    async fresh() {
      await peers.run(['sh', '-c', 'umount "$1"/root/overlay 2>/dev/null; rm -rf "$1"', 'sh', `/host${root}`]);
      mkdirSync(root, { recursive: true });
    },
    build: (call) =>
      runCommand(
        peers.argv([
          'env',
          `LIMITS=${limits.join(' ')}`,
          'TMPDIR=/host' + folder,
          'sh',
          '-c',
          script,
          'sh',
          `/host${call.dockerfile}`,
          call.image,
          `/host${call.context}`,
          ...common,
        ]),
        start(call),
      ),
    async close() {
      await peers.run(['sh', '-c', 'umount "$1"/root/overlay 2>/dev/null; rm -rf "$1"', 'sh', `/host${root}`]);
      await peers.close();
    },
  };
}

function start(call: BuildCall) {
  return call.onStart === undefined ? {} : { onStart: call.onStart };
}
