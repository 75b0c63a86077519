import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BuildError } from '../../core/errors.ts';
import type { DiffID } from '../../core/oci/index.ts';
import { openStore, type Store } from '../../host/content/index.ts';
import { LayerStore } from '../write/testing/layer-store.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { detectLevel, findProgram } from '../../host/sys/index.ts';
import { startWorker, type RunRequest, type RunResult, type WorkerClient } from '../protocol/index.ts';

const busybox = findProgram('busybox', `${process.env['PATH']}:${process.env['OSSB_PEERS'] ?? ''}/usr/bin`);
const runtimeFound = ['crun', 'runc'].some((name) => findProgram(name, process.env['PATH']) !== undefined);
const obstacle =
  busybox === undefined
    ? 'busybox is not installed'
    : !runtimeFound
      ? 'neither crun nor runc is installed'
      : detectLevel() === 'confined'
        ? 'this host allows neither mounts nor user namespaces'
        : false;
const entry = join(import.meta.dirname, 'main.ts');

describe('worker', { skip: obstacle }, () => {
  const storeRoot = mkdtempSync(join(tmpdir(), 'ossb-worker-'));
  let store: Store;
  let layers: LayerStore;
  let worker: WorkerClient;
  let base: DiffID;
  before(async () => {
    store = openStore(storeRoot);
    layers = new LayerStore(store, zlibCodec());
    worker = await startWorker({ entry, storeRoot, env: process.env });
    const times = { uid: 0, gid: 0, mtimeSec: 1, mtimeNs: 0 };
    const record = await worker.writeLayer({
      entries: [
        { path: 'bin', type: 'dir', mode: 0o755, size: 0, ...times },
        { path: 'bin/busybox', type: 'file', mode: 0o755, size: statSync(busybox!).size, ...times, content: { kind: 'file', path: busybox! } },
        { path: 'bin/sh', type: 'symlink', mode: 0o777, size: 0, ...times, link: 'busybox' },
      ],
      forms: { dir: true, tar: false },
    });
    base = record.diffID;
  });
  after(async () => {
    await worker.removeFolders([join(storeRoot, 'layers')]);
    await worker.close();
    store.close();
    process.getBuiltinModule('node:fs').rmSync(storeRoot, { recursive: true, force: true });
  });

  async function run(script: string, more: Partial<RunRequest> = {}, signal?: AbortSignal): Promise<RunResult & { said: string }> {
    let said = '';
    const request: RunRequest = {
      layers: [base],
      args: ['/bin/sh', '-c', script],
      env: ['PATH=/bin'],
      cwd: '/',
      user: '',
      network: 'host',
      security: 'sandbox',
      hostname: 'x',
      extraHosts: [],
      mounts: [],
      files: [],
      secretValues: [],
      outputLimits: {},
      shmSizeBytes: 1 << 20,
      forms: { tar: false },
      ...more,
    };
    const onOutput = (_: string, data: Uint8Array): void => {
      said += Buffer.from(data).toString();
    };
    return { ...(await worker.run(request, onOutput, signal)), said };
  }

  test('run makes a layer of what a step changed, and a step on top of it sees that', async () => {
    const first = await run('echo one > /f; echo told');
    assert.equal(first.said, 'told\n');
    assert.ok(first.kind === 'layer');
    const index = await layers.index(first.layer.diffID);
    assert.deepEqual(
      index.entries.filter(({ path }) => !['dev', 'proc', 'sys'].includes(path)).map(({ path, type }) => `${type} ${path}`),
      ['file f'],
    );
    assert.equal((await run('busybox cat /f', { layers: [base, first.layer.diffID] })).said, 'one\n');
  });

  test('run with a blob form has the layer compressed', async () => {
    const result = await run('echo one > /g', { forms: { tar: false, blob: { compression: 'gzip' } } });
    assert.ok(result.kind === 'layer' && result.layer.blob !== undefined);
    assert.ok(store.blobs.has(result.layer.blob.digest));
  });

  test('a large change is committed in a thread', async () => {
    const result = await run('busybox dd if=/dev/zero of=/large bs=1M count=3 2>/dev/null; for i in $(busybox seq 100); do echo > /n$i; done');
    assert.ok(result.kind === 'layer');
    assert.equal((await layers.index(result.layer.diffID)).entries.filter(({ path }) => path.startsWith('n')).length, 100);
  });

  test('a step may choose names that are not UTF-8', async () => {
    const result = await run('busybox touch "/$(busybox printf "latin1-\\351")"; busybox mkdir "/$(busybox printf "\\377")"');
    assert.ok(result.kind === 'layer', JSON.stringify(result));
    const seen = await run('for f in /latin* /?; do test -e "$f" && echo found; done', { layers: [base, result.layer.diffID] });
    assert.equal(seen.said, 'found\nfound\n');
  });

  test('a failing step tells its exit code and makes no layer', async () => {
    const before = readdirSync(join(storeRoot, 'layers')).length;
    const result = await run('echo x > /y; exit 7');
    assert.deepEqual({ ...result, said: '' }, { kind: 'exit', exitCode: 7, said: '' });
    assert.equal(readdirSync(join(storeRoot, 'layers')).length, before);
  });

  test('errors come back with code and hint', async () => {
    await assert.rejects(
      run('true', { user: 'ghost' }),
      (error) => error instanceof BuildError && error.code === 'EXEC_USER' && error.family === 'execution' && error.hint !== undefined,
    );
  });

  test('an aborted run rejects with the reason', async () => {
    const abort = new AbortController();
    const running = run('busybox sleep 1004', {}, abort.signal);
    setImmediate(() => abort.abort(new Error('enough')));
    await assert.rejects(running, { message: 'enough' });
    assert.ok(!processes().includes('sleep 1004'));
  });

  test('exportTree writes the files of the chain', async () => {
    const result = await run('echo deep > /f; busybox mkdir /d; echo x > /d/y; busybox rm /bin/sh');
    assert.ok(result.kind === 'layer');
    const chain = [base, result.layer.diffID];
    const folder = mkdtempSync(join(tmpdir(), 'ossb-export-'));
    await worker.exportTree(chain, join(folder, 'tree'), 'dir');
    assert.equal(readFileSync(join(folder, 'tree/d/y'), 'utf8'), 'x\n');
    assert.ok(existsSync(join(folder, 'tree/bin/busybox')) && !existsSync(join(folder, 'tree/bin/sh')));
    assert.equal(statSync(join(folder, 'tree/f')).uid, process.getuid?.());
    await worker.exportTree(chain, join(folder, 'tree.tar'), 'tar');
    assert.match(execFileSync('tar', ['-tf', join(folder, 'tree.tar')]).toString(), /^d\/y$/m);
    process.getBuiltinModule('node:fs').rmSync(folder, { recursive: true });
  });

  test('twenty steps at once all end well', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => run(`echo ${i}; echo ${i} > /f${i}`)));
    assert.deepEqual(
      results.map(({ said }) => said),
      Array.from({ length: 20 }, (_, i) => `${i}\n`),
    );
  });

  test('close stops what runs and leaves no temporary file', async () => {
    const other = await startWorker({ entry, storeRoot, env: process.env });
    const { promise: started, resolve } = Promise.withResolvers<void>();
    const request: RunRequest = {
      layers: [base],
      args: ['/bin/sh', '-c', 'echo up; busybox sleep 1005'],
      env: ['PATH=/bin'],
      cwd: '/',
      user: '',
      network: 'none',
      security: 'sandbox',
      hostname: 'x',
      extraHosts: [],
      mounts: [],
      files: [],
      secretValues: [],
      outputLimits: {},
      shmSizeBytes: 1 << 20,
      forms: { tar: false },
    };
    const temporary = readdirSync(join(storeRoot, 'tmp')).length;
    const running = other.run(request, () => resolve());
    await started;
    await Promise.all([other.close(), assert.rejects(running)]);
    await other.close();
    assert.ok(!processes().includes('sleep 1005'));
    assert.ok(readdirSync(join(storeRoot, 'tmp')).length <= temporary);
    await assert.rejects(other.removeFolders([]), (error) => error instanceof BuildError && error.code === 'WORKER_DIED');
  });

  test('a killed main process takes worker, step, mounts and secrets with it; the store is swept', async () => {
    const workerProcesses = processes().split(`{"storeRoot":"${storeRoot}"`).length;
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'testing/parent.ts'), storeRoot, base], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      parent.stdout.on('data', (data: Buffer) => {
        if (data.includes('started')) resolve();
      });
    });
    parent.kill('SIGKILL');
    // Two workers over this store: the tests' own, and the killed one's.
    while (processes().includes('sleep 1003') || processes().split(`{"storeRoot":"${storeRoot}"`).length > workerProcesses) await new Promise(setImmediate);
    assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(storeRoot));
    assert.equal(spawnSync('grep', ['-rl', 'never-on-disk-7531', storeRoot]).stdout.toString(), '');
    // Until the killed worker's lock is free.
    let removed = 0;
    while (removed === 0) {
      removed = store.sweep().removed.length;
      await new Promise(setImmediate);
    }
  });

  test('a store that cannot be used is told at the start', async () => {
    await assert.rejects(startWorker({ entry, storeRoot: '/dev/null/none', env: process.env }), BuildError);
  });
});

function processes(): string {
  return execFileSync('ps', ['-eo', 'args']).toString();
}
