import type { DiffID } from '../../../core/oci/index.ts';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceGuard, scopeSockets, unmount } from '../../../host/sys/index.ts';
import { Overlays } from '../../snapshot/index.ts';
import { OciExecutor } from '../oci-executor.ts';
import { openRuntime } from '../runtime.ts';
import { preparePrivateMounts } from '../private-mounts.ts';
import { readHostFacts } from '../host-facts.ts';
import { type StepRequest } from '../../protocol/index.ts';

/** What the tests' program does: runs steps on plain folders, one after the other or at once, as the tests ask by IPC. */
export interface TestJob {
  readonly id: number;
  readonly request: StepRequest;
  /** Folders by the diffIDs in the request. */
  readonly layers: Readonly<Record<string, string>>;
  /** Gets the changes; must not exist. */
  readonly folder: string;
  readonly abortAfterOutput?: string;
}

export type TestAnswer =
  | {
      readonly id: number;
      readonly kind: 'done';
      readonly exit: unknown;
      readonly mountPoints: readonly string[];
      readonly stdout: string;
      readonly stderr: string;
      readonly left: Left;
    }
  | { readonly id: number; readonly kind: 'failed'; readonly code: string | undefined; readonly message: string; readonly stdout: string; readonly left: Left };

/** What is left in the run folder and the mount table after a step. */
export interface Left {
  readonly files: readonly string[];
  readonly mounts: number;
}

if (process.argv[2] !== undefined) await serve(process.argv[2], process.argv[3]);

async function serve(scratch: string, cacheFolder: string | undefined): Promise<void> {
  process.umask(0o022);
  const runFolder = mkdtempSync(join(scratch, 'run-'));
  preparePrivateMounts(runFolder);
  scopeSockets();
  const host = readHostFacts(process.arch);
  const runtime = await openRuntime({
    runFolder,
    pathVariable: process.env['PATH'],
    arch: process.arch,
    userNamespace: host.userNamespace,
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  });
  const overlayFolder = join(runFolder, 'overlay');
  mkdirSync(overlayFolder);
  mkdirSync(join(runFolder, 'cgroup'));
  const deviceGuard = host.userNamespace || process.env['OSSB_TEST_NODEV'] !== undefined ? undefined : DeviceGuard.enter(join(runFolder, 'cgroup'));
  const layers = new Map<string, string>();
  const executor = new OciExecutor({
    runtime,
    host,
    deviceGuard,
    runFolder,
    overlays: new Overlays({ folder: overlayFolder, userxattr: host.userNamespace }),
    layerFolders: async (chain: readonly DiffID[]) => chain.map((diffID) => layers.get(diffID)!),
    tempFolder: () => mkdtempSync(join(scratch, 'temp-')),
    graceMs: 2000,
  });
  const left = (): Left => ({
    files: [...readdirSync(runFolder).filter((name) => name.startsWith('step')), ...readdirSync(join(runFolder, 'runtime'))],
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length,
  });
  process.on('message', (job: TestJob | { readonly kind: 'end'; readonly remove: string }) => {
    if ('kind' in job) {
      unmount(runFolder);
      // Files of other ids can be removed only in here.
      rmSync(job.remove, { recursive: true, force: true });
      process.exit();
    }
    for (const [id, folder] of Object.entries(job.layers)) layers.set(id, folder);
    const said = { stdout: '', stderr: '' };
    const abort = new AbortController();
    if (!existsSync(job.folder)) mkdirSync(job.folder);
    const onOutput = (stream: 'stdout' | 'stderr', data: Uint8Array): void => {
      said[stream] += Buffer.from(data).toString('latin1');
      if (job.abortAfterOutput !== undefined && said.stdout.includes(job.abortAfterOutput)) abort.abort(new Error('stopped by the test'));
      process.send?.({ id: job.id, kind: 'output', text: said.stdout });
    };
    executor.run(job.request, job.folder, onOutput, abort.signal).then(
      ({ exit, mountPoints }) => process.send?.({ id: job.id, kind: 'done', exit, mountPoints, ...said, left: left() } satisfies TestAnswer),
      (error: Error & { code?: string }) =>
        process.send?.({ id: job.id, kind: 'failed', code: error.code, message: error.message, stdout: said.stdout, left: left() } satisfies TestAnswer),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ id: 0, kind: 'ready', left: left(), runtime: runtime.name });
}
