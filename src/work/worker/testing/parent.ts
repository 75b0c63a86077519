/** A main process that tests kill: starts a worker over the store named by its argument, runs a step that never ends, and tells the worker's and the step's progress. */
import type { DiffID } from '../../../core/oci/index.ts';
import { startWorker, type RunRequest } from '../../protocol/index.ts';

const [storeRoot = '', base = ''] = process.argv.slice(2);
const worker = await startWorker({ entry: new URL('../main.ts', import.meta.url).pathname, storeRoot, env: process.env });
const request: RunRequest = {
  layers: [base as DiffID],
  args: ['/bin/busybox', 'sh', '-c', 'echo started; busybox sleep 1003'],
  env: ['PATH=/bin'],
  cwd: '/',
  user: '',
  network: 'host',
  security: 'sandbox',
  hostname: 'x',
  extraHosts: [],
  mounts: [{ kind: 'secret', target: '/run/secrets/k', data: Buffer.from('never-on-disk-7531'), mode: 0o400, uid: 0, gid: 0 }],
  files: [],
  secretValues: [],
  outputLimits: {},
  shmSizeBytes: 1 << 20,
  forms: { tar: false },
};
await worker.run(request, (_, data) => void process.stdout.write(data));
