import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiffID } from '../../../core/oci/index.ts';
import { findProgram, planIdMapping, startInNamespaces, type ChildProcess, type IdMaps } from '../../../host/sys/index.ts';
import type { StepRequest } from '../../protocol/index.ts';
import type { Left, TestAnswer, TestJob } from './step-server.ts';

/** A busybox that needs no libraries, from PATH or from the root with tools that OSSB_PEERS names. */
export function findBusybox(): string | undefined {
  const peers = process.env['OSSB_PEERS'];
  return findProgram('busybox', peers === undefined ? process.env['PATH'] : `${process.env['PATH']}:${peers}/usr/bin:${peers}/bin`);
}

/** Writes a root filesystem with busybox, its usual names and a few users. */
export function makeRootfs(folder: string, busybox: string): void {
  for (const name of ['bin', 'etc', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(join(folder, 'tmp'), 0o1777);
  copyFileSync(busybox, join(folder, 'bin/busybox'));
  chmodSync(join(folder, 'bin/busybox'), 0o755);
  const names =
    'sh cat ls id env mount umount mknod head wc sleep grep ln rm mkdir touch stat unshare chmod chown hostname pwd test ip nc dd kill true false'.split(' ');
  for (const name of names) symlinkSync('busybox', join(folder, 'bin', name));
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n');
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\napp:x:1000:\nextra:x:1234:app\n');
}

export type StepAnswer = TestAnswer & { readonly changes: string };

/** A process in namespaces that runs steps for tests. */
export class Steps implements AsyncDisposable {
  readonly scratch: string;
  readonly rootfs: string;
  readonly idMaps: IdMaps | undefined;
  /** What was mounted and left before the first step. */
  readonly before: Left;
  readonly child: ChildProcess;
  #count = 0;

  private constructor(scratch: string, child: ChildProcess, idMaps: IdMaps | undefined, before: Left) {
    this.scratch = scratch;
    this.rootfs = join(scratch, 'rootfs');
    this.child = child;
    this.idMaps = idMaps;
    this.before = before;
  }

  static async start(busybox: string, env: NodeJS.ProcessEnv = {}): Promise<Steps> {
    const scratch = mkdtempSync(join(tmpdir(), 'ossb-steps-'));
    makeRootfs(join(scratch, 'rootfs'), busybox);
    const { child, idMaps } = await startInNamespaces({
      mapping: planIdMapping(process.env['PATH']),
      command: process.execPath,
      args: [join(import.meta.dirname, 'step-server.ts'), scratch],
      env: { PATH: process.env['PATH'], ...env },
    });
    child.stderr?.pipe(process.stderr);
    const { left } = await new Promise<{ left: Left }>((resolve, reject) => {
      child.once('message', resolve as (message: unknown) => void);
      child.once('exit', () => reject(new Error('the process for steps ended')));
    });
    return new Steps(scratch, child, idMaps, left);
  }

  /** Runs `sh -c script`, or `args`, in a container on the root filesystem. */
  async run(script: string, request: Partial<StepRequest> = {}, job: Partial<TestJob> = {}): Promise<StepAnswer> {
    const id = ++this.#count;
    const folder = join(this.scratch, `changes${id}`);
    const full: StepRequest = {
      layers: ['base' as DiffID],
      args: ['/bin/sh', '-c', script],
      env: ['PATH=/bin'],
      cwd: '/',
      user: '',
      network: 'host',
      security: 'sandbox',
      hostname: 'buildkitsandbox',
      extraHosts: [],
      mounts: [],
      files: [],
      shmSizeBytes: 64 << 20,
      secretValues: [],
      outputLimits: {},
      ...request,
    };
    const answer = new Promise<TestAnswer>((resolve) => {
      const onMessage = (message: TestAnswer | { kind: 'output' }): void => {
        if (message.kind === 'output' || message.id !== id) return;
        this.child.off('message', onMessage);
        resolve(message);
      };
      this.child.on('message', onMessage);
    });
    this.child.send({
      id,
      request: full,
      layers: { base: this.rootfs, ...job.layers },
      folder,
      ...(job.abortAfterOutput === undefined ? {} : { abortAfterOutput: job.abortAfterOutput }),
    });
    return { ...(await answer), changes: join(folder, 'upper') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => {
      this.child.once('exit', resolve);
    });
    this.child.send({ kind: 'end', remove: this.scratch });
    await ended;
  }
}
