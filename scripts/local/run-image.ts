import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needTool } from './tool.ts';

/** An image as it is on disk: an OCI bundle with a root filesystem, unpacked by umoci from what skopeo pulled. */
export interface Bundle {
  readonly folder: string;
  readonly rootfs: string;
}

export interface RunningImage {
  /** What it printed so far. */
  readonly output: () => string;
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

/** Pulls with skopeo, unpacks with umoci: neither knows anything of the engine. */
export function pullBundle(reference: string, folder: string, platform?: { readonly os: string; readonly architecture: string }): Bundle {
  mkdirSync(folder, { recursive: true });
  const choice = platform === undefined ? [] : ['--override-os', platform.os, '--override-arch', platform.architecture];
  const policy = ['--insecure-policy', ...choice];
  execFileSync(needTool('skopeo'), [...policy, 'copy', '--quiet', '--src-tls-verify=false', `docker://${reference}`, `oci:${join(folder, 'layout')}:image`], {
    stdio: 'pipe',
  });
  const rootless = process.getuid?.() === 0 ? [] : ['--rootless'];
  execFileSync(needTool('umoci'), ['unpack', ...rootless, '--image', `${join(folder, 'layout')}:image`, join(folder, 'bundle')], { stdio: 'pipe' });
  return { folder: join(folder, 'bundle'), rootfs: join(folder, 'bundle/rootfs') };
}

/** Runs a bundle with crun, sharing the network, so that its port can be asked. */
export function runBundle(bundle: Bundle, environment: readonly string[] = [], args?: readonly string[], input = ''): RunningImage {
  const file = join(bundle.folder, 'config.json');
  writeFileSync(file, JSON.stringify(runnable(JSON.parse(readFileSync(file, 'utf8')) as RuntimeConfig, environment, args)));
  const id = `ossb-${process.pid}-${Math.trunc(performance.now() * 1000)}`;
  const state = join(bundle.folder, 'state');
  // crun refuses a hybrid cgroup tree, so the unified half of one is taken out of its sight.
  const script = 'umount -l /sys/fs/cgroup/unified 2>/dev/null; exec "$0" --root "$1" --cgroup-manager=disabled run --bundle "$2" "$3"';
  const command = ['sh', '-c', script, needTool('crun'), state, bundle.folder, id];
  const argv = process.getuid?.() === 0 ? ['unshare', '-m', '--propagation', 'private', ...command] : command;
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  const parts: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  child.stdin.end(input);
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  return {
    output: () => parts.join(''),
    exited,
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited.catch(() => {});
      clearTimeout(force);
    },
  };
}

interface RuntimeConfig {
  readonly process: { readonly terminal?: boolean; readonly args: readonly string[]; readonly env: readonly string[] };
  readonly linux: { readonly namespaces: readonly { readonly type: string }[]; readonly resources?: unknown };
  readonly mounts: readonly { readonly type?: string }[];
}

function runnable(config: RuntimeConfig, environment: readonly string[], args: readonly string[] | undefined): unknown {
  const { resources: _, ...linux } = config.linux;
  return {
    ...config,
    process: { ...config.process, terminal: false, env: [...config.process.env, ...environment], args: args ?? config.process.args },
    linux: { ...linux, namespaces: config.linux.namespaces.filter(({ type }) => type !== 'network' && type !== 'cgroup') },
    mounts: config.mounts.filter(({ type }) => type !== 'cgroup' && type !== 'sysfs'),
  };
}
