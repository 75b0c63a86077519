import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../host/content/index.ts';
import { parseDockerfile, parseMount, type Mount } from '../../language/dockerfile/index.ts';
import { dockerfileFrontend } from '../../decide/frontend/index.ts';
import type { RunOp, Vertex } from '../../decide/graph/index.ts';
import type { DiffID, TreeID } from '../../core/oci/index.ts';
import type { LayersResult } from '../../decide/solver/index.ts';
import type { StepMount, WorkerClient } from '../../work/protocol/index.ts';
import { CacheFolders } from './cache-folders.ts';
import { runStep, type RunPorts } from './run.ts';

/** Every member of every kind of mount, none with its default. */
const mounts: readonly string[] = [
  'type=bind,from=files,source=/part,target=/bind,rw',
  'type=cache,id=k,target=/cache,sharing=locked,from=files,source=/part,mode=0711,uid=5,gid=6,ro',
  'type=cache,id=k,target=/plain,source=/part',
  'type=tmpfs,target=/tmpfs,size=1m,ro',
  'type=secret,id=k,target=/secret,env=KEY,required,mode=0440,uid=5,gid=6',
  'type=ssh,id=k,target=/ssh,required,mode=0640,uid=5,gid=6',
];
/** Members that say where a mount comes from or whether it must be there: they end before the executor. */
const ended: Readonly<Record<Mount['type'], readonly string[]>> = {
  bind: ['type', 'from'],
  cache: ['type', 'from', 'id', 'sharing', 'owned'],
  tmpfs: ['type'],
  secret: ['type', 'id', 'env', 'required'],
  ssh: ['type', 'id', 'required'],
};

test('runStep: a program of another architecture is one that the kernel cannot execute, and no other of status 126', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ossb-run-'));
  const store = openStore(root);
  t.after(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const exit = { kind: 'exit', exitCode: 126 } as const;
  await assert.rejects(
    runWith(async () => exit, 'x', 'riscv64', store),
    { code: 'RUN_FAILED' },
  );
  await assert.rejects(
    runWith(async () => ({ ...exit, isForeignFormat: true }), 'x', 'riscv64', store),
    { code: 'RUN_PLATFORM' },
  );
});

test('no member of a mount gets lost between the Dockerfile and the executor', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ossb-run-'));
  const store = openStore(root);
  t.after(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  for (const text of mounts) {
    const written = parseMount(text, (value) => value);
    const [given] = await stepMounts(text, store);
    assert.ok(given !== undefined, text);
    for (const [name, value] of Object.entries(written)) {
      if (ended[written.type].includes(name)) continue;
      const shown: StepMount | { readonly source: string } = given.kind === 'folder' && name === 'source' && given.seed !== undefined ? given.seed : given;
      assert.deepEqual((shown as unknown as Record<string, unknown>)[name], value, `${name} of ${text}`);
    }
  }
});

/** What the executor is asked for. */
async function stepMounts(text: string, store: RunPorts['store']): Promise<readonly StepMount[]> {
  let asked: readonly StepMount[] = [];
  const run: WorkerClient['run'] = async (request) => {
    asked = request.mounts;
    return { kind: 'exit', exitCode: 1 };
  };
  await assert.rejects(runWith(run, `--mount=${text} x`, 'amd64', store), { code: 'RUN_FAILED' });
  return asked;
}

async function runWith(run: WorkerClient['run'], command: string, architecture: string, store: RunPorts['store']): Promise<LayersResult> {
  const dockerfile = parseDockerfile(`FROM scratch AS files\nCOPY a /\nFROM scratch\nRUN ${command}\n`, { file: 'Dockerfile' });
  const platform = { os: 'linux', architecture };
  const unreachable = (): never => assert.fail('no image is needed');
  const { signal } = new AbortController();
  const graph = await dockerfileFrontend(dockerfile).graph(
    { platform, buildPlatform: platform },
    { resolveImageConfig: unreachable, resolveNamedContext: unreachable },
    signal,
  );
  const vertex = graph.target as Vertex & { op: RunOp };
  const inputs = vertex.inputs.map((_, n): LayersResult => ({ kind: 'layers', treeID: `tree ${n}` as TreeID, layers: [`layer ${n}` as DiffID] }));
  const ports: RunPorts & { cacheFolders: CacheFolders } = {
    store,
    mapping: { id: 'ids', isSingle: false },
    onSingleOwner: () => {},
    worker: () => Promise.resolve({ run } as WorkerClient),
    ensureUnpacked: () => Promise.resolve(),
    outputLimits: {},
    secret: () => Promise.resolve(Buffer.from('value')),
    sshSocket: () => Promise.resolve('/agent'),
    deviceEdits: () => Promise.resolve(undefined),
    onContainer: () => {},
    now: () => 0,
    sourceDateEpoch: () => undefined,
    cacheFolders: new CacheFolders({ store, mappingID: 'ids', remove: () => Promise.resolve() }),
  };
  return runStep(vertex, inputs, { signal, hints: { exported: false, mounted: false }, emit: () => {} }, ports);
}
