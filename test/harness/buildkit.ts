import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runCommand } from './command.ts';
import type { CommandResult } from './command.ts';

/** The plugin of docker, which is a program of its own too. */
const buildx = '/usr/libexec/docker/cli-plugins/docker-buildx';

const peer = join(import.meta.dirname, '../../scripts/peers/peer');

/** Why the builders that OSSB is compared with cannot run here, or undefined where they can. */
export function peersMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'Docker and buildah are run as root';
  const root = process.env['OSSB_PEERS'] ?? join(homedir(), '.cache/ossb-peers');
  return existsSync(join(root, 'usr/sbin/dockerd')) ? undefined : 'Docker and buildah are not there: run scripts/peers/setup';
}

/** The root with the peers, entered by one process that stays; commands join its mount namespace. */
export interface Peers {
  readonly pid: number;
  /** How a command started here is run there; paths of this machine are under /host. */
  argv(command: readonly string[]): readonly string[];
  run(command: readonly string[], options?: { readonly input?: string; readonly timeoutMs?: number }): Promise<CommandResult>;
  close(): Promise<void>;
}

/** Docker's daemon with BuildKit in it, warm, and its client. */
export interface BuildKit {
  readonly peers: Peers;
  readonly daemonPid: number;
  /** `docker buildx build ARGUMENTS`, with the network of the host, since the daemon has no bridge. */
  buildArgv(args: readonly string[]): readonly string[];
  /** The same by buildx alone, which answers sooner and says the same. */
  build(args: readonly string[], options?: { readonly input?: string; readonly timeoutMs?: number }): Promise<CommandResult>;
  prune(): Promise<void>;
  close(): Promise<void>;
}

export async function enterPeers(): Promise<Peers> {
  // `cat` ends when this process does, whichever way, since its standard input is a pipe from here.
  const holder = spawn(peer, ['sh', '-c', 'echo ready; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('exit', (code) => reject(new Error(`peer ended with ${code}`)));
  });
  const argv = (command: readonly string[]) => ['nsenter', '-t', String(holder.pid), '-m', '--', ...command];
  return {
    pid: holder.pid!,
    argv,
    run: (command, options) => runCommand(argv(command), options),
    close: () => ended(holder, () => holder.stdin.end()),
  };
}

export interface BuildKitOptions {
  /** Executes the steps. Default runc, as Docker has it; crun needs half the time for a step. */
  readonly runtime?: 'runc' | 'crun';
  /** The daemon's data are in a tmpfs, where nothing waits for a disk. Default false. */
  readonly inMemory?: boolean;
}

/** Starts dockerd with its data in `folder`; images of Docker Hub come from the mirror, over plain HTTP. */
export async function startBuildKit(folder: string, mirror: string, { runtime = 'runc', inMemory = false }: BuildKitOptions = {}): Promise<BuildKit> {
  const peers = await enterPeers();
  mkdirSync(folder, { recursive: true });
  const inside = (name: string) => `/host${join(folder, name)}`;
  // Mounted in the namespace of the peers only, so that it ends with them.
  if (inMemory) await mustRun(peers.argv(['mount', '--mkdir', '-t', 'tmpfs', 'ossb-peers', inside('data')]));
  const config = { 'registry-mirrors': [`http://${mirror}`], features: { 'containerd-snapshotter': true }, builder: { gc: { enabled: false } } };
  writeFileSync(join(folder, 'daemon.json'), JSON.stringify(config));
  const flags = ['--config-file', inside('daemon.json'), '--data-root', inside('data'), '--exec-root', inside('exec'), '--pidfile', inside('pid')];
  const socket = `unix://${inside('socket')}`;
  const [program, ...args] = peers.argv([
    'env',
    `DOCKER_BUILDKIT_RUNC_COMMAND=${runtime}`,
    'dockerd',
    ...flags,
    '--iptables=false',
    '--ip6tables=false',
    '--bridge=none',
    '-H',
    socket,
  ]);
  const daemon = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  daemon.stderr.pipe(createWriteStream(join(folder, 'dockerd.log')));
  const client = ['env', `DOCKER_HOST=${socket}`, `DOCKER_CONFIG=${inside('client')}`, 'BUILDX_METADATA_WARNINGS=1'];
  const docker = [...client, 'docker'];
  await answers(() => peers.run([...docker, 'version']), daemon, join(folder, 'dockerd.log'));
  const buildArgv = (more: readonly string[]) => peers.argv([...docker, 'buildx', 'build', '--network', 'host', ...more]);
  return {
    peers,
    daemonPid: daemon.pid!,
    buildArgv,
    build: (more, options) => runCommand(peers.argv([...client, buildx, 'build', '--network', 'host', ...more]), options),
    async prune() {
      await peers.run([...docker, 'buildx', 'prune', '-af']);
      await peers.run([...docker, 'system', 'prune', '-af']);
    },
    async close() {
      await ended(daemon, () => daemon.kill('SIGTERM'));
      await peers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(ask: () => Promise<CommandResult>, daemon: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await ask()).exitCode !== 0) {
    if (daemon.exitCode !== null || Date.now() > deadline) throw new Error(`dockerd does not start; see ${logFile}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function ended(child: ChildProcess, stop: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  stop();
  await exit;
}
