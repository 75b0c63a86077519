import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../host/content/index.ts';
import { HttpClient } from '../../host/http/index.ts';
import { makeVertex, type CopyOp, type Op, type RunOp, type Vertex } from '../../decide/graph/index.ts';
import { digestOf, type DiffID } from '../../core/oci/index.ts';
import type { LayersResult, OpRunners, Result, StepContext } from '../../decide/solver/index.ts';
import { baseTreeID, contentDigestOf, type LayerIndex, type PlanEntry } from '../../core/tree/index.ts';
import type { LayerForms, LayerRecord, WriteLayerRequest } from '../../layers/index/index.ts';
import { ContextTree } from './context-tree.ts';
import { createRunners } from './runners.ts';
import { copyOp, linesOf, pathsSource, readContent } from './testing.ts';

interface Fixture {
  readonly runners: OpRunners;
  readonly folder: string;
  readonly written: WriteLayerRequest[];
  /** Which layers' indexes were asked for. */
  readonly loaded: DiffID[];
  readonly run: (op: Op, inputs?: readonly Result[], hints?: StepContext['hints']) => Promise<Result>;
  readonly keyParts: (op: Op, inputs?: readonly Result[]) => Promise<readonly string[] | undefined>;
}

/** Runners over a writer of layers that keeps their indexes in memory. */
function fixture(t: TestContext): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'ossb-runners-'));
  const folder = join(root, 'context');
  mkdirSync(folder);
  const store = openStore(join(root, 'store'));
  t.after(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const written: WriteLayerRequest[] = [];
  const loaded: DiffID[] = [];
  const indexes = new Map<DiffID, LayerIndex>();
  const contents = new Map<string, PlanEntry>();
  const memo = new Map<string, string>();
  const writeLayer = async (request: WriteLayerRequest): Promise<LayerRecord> => {
    written.push(request);
    const entries: PlanEntry[] = [];
    for (const entry of request.entries) {
      const pieces: Uint8Array[] = [];
      if (entry.content !== undefined && entry.content.kind !== 'layer') for await (const piece of readContent(entry.content)) pieces.push(piece);
      entries.push(entry.type === 'file' ? { ...entry, digest: digestOf(Buffer.concat(pieces)) } : entry);
    }
    const contentDigest = contentDigestOf(entries);
    const diffID = digestOf(`layer ${contentDigest} ${written.length}`) as string as DiffID;
    indexes.set(diffID, { diffID, contentDigest, tarSize: 0, entries });
    for (const entry of entries) contents.set(`${diffID} ${entry.path}`, entry);
    return { diffID, contentDigest, entryCount: entries.length, tarSize: 0 };
  };
  const runners = createRunners({
    http: new HttpClient({ userAgent: 'ossb/test' }),
    caFiles: [],
    store,
    mapping: { id: 'test', isSingle: false },
    onSingleOwner: () => {},
    worker: () => Promise.reject(new Error('no worker here')),
    writeLayer,
    ensureUnpacked: () => Promise.resolve(),
    ensureReadable: () => Promise.resolve(),
    onContainer: () => {},
    outputLimits: {},
    secret: () => Promise.resolve(undefined),
    sshSocket: () => Promise.resolve(undefined),
    deviceEdits: () => Promise.resolve(undefined),
    now: () => 1000,
    sourceDateEpoch: () => undefined,
    isIndexed: (diffID) => indexes.has(diffID),
    loadIndex: (diffID) => {
      loaded.push(diffID);
      return Promise.resolve(indexes.get(diffID)!);
    },
    readLayerContent: (diffID, path) => readContent(contents.get(`${diffID} ${path}`)!.content!),
    localTree: () => new ContextTree({ root: folder, now: Date.now }),
    memo: { get: (key) => memo.get(key), set: (key, value) => void memo.set(key, value) },
    env: process.env,
  });
  const { signal } = new AbortController();
  const vertices = new Map<Op, Vertex>();
  const vertexOf = (op: Op): Vertex => {
    const vertex = vertices.get(op) ?? makeVertex(op, [], { name: op.kind });
    vertices.set(op, vertex);
    return vertex;
  };
  return {
    runners,
    folder,
    written,
    loaded,
    run: (op, inputs = [], hints = { exported: false, mounted: false }) => runners.run(vertexOf(op), inputs, { signal, hints, emit: () => {} }),
    keyParts: (op, inputs = []) => runners.keyParts(vertexOf(op), inputs, signal),
  };
}

async function scratchAndContext({ run }: Fixture): Promise<[LayersResult, Result]> {
  return [(await run({ kind: 'scratch' })) as LayersResult, await run({ kind: 'local', name: 'context' })];
}

test('createRunners: an image is named by its layers, and none of them is loaded', async (t) => {
  const { run, keyParts, loaded } = fixture(t);
  const diffIDs = [digestOf('a'), digestOf('b')] as string[] as DiffID[];
  const op: Op = { kind: 'image', ref: 'x', manifest: digestOf('m'), platform: { os: 'linux', architecture: 'amd64' }, diffIDs };
  assert.equal(await keyParts(op), undefined);
  assert.deepEqual(await run(op), { kind: 'layers', treeID: baseTreeID(diffIDs), layers: diffIDs });
  assert.deepEqual(loaded, []);
});

test('createRunners: a copy from the context, its key and its forms', async (t) => {
  const fixed = fixture(t);
  const { folder, run, keyParts, written } = fixed;
  writeFileSync(join(folder, 'a'), 'A');
  writeFileSync(join(folder, 'other'), '1');
  const [scratch, context] = await scratchAndContext(fixed);
  const op = copyOp(['/a'], '/x/');
  const key = await keyParts(op, [scratch, context]);
  for (const [hints, forms] of [
    [
      { exported: false, mounted: false },
      { dir: false, tar: true },
    ],
    [
      { exported: true, mounted: false },
      { dir: false, tar: false, blob: { compression: 'gzip' } },
    ],
    [
      { exported: true, mounted: true },
      { dir: true, tar: false, blob: { compression: 'gzip' } },
    ],
  ] as const) {
    const result = (await run({ ...op }, [scratch, context], hints)) as LayersResult;
    assert.equal(result.layers.length, 1);
    assert.equal(result.createdAtMs, 1000);
    assert.deepEqual(linesOf(written.at(-1)!.entries), ['dir 755 0:0 x', 'file 644 0:0 x/a']);
    assert.deepEqual(written.at(-1)!.forms, forms satisfies LayerForms);
  }
  writeFileSync(join(folder, 'other'), '2');
  const unchanged = await fixed.run({ kind: 'local', name: 'context' });
  assert.deepEqual(await keyParts({ ...op }, [scratch, unchanged]), key);
  writeFileSync(join(folder, 'a'), 'B');
  const changed = await fixed.run({ kind: 'local', name: 'context' });
  assert.notDeepEqual(await keyParts({ ...op }, [scratch, changed]), key);
});

test('createRunners: the selection from a stage is remembered by its tree, so that a cached build loads no index', async (t) => {
  const fixed = fixture(t);
  const { folder, run, keyParts, loaded } = fixed;
  writeFileSync(join(folder, 'a'), 'A');
  const [scratch, context] = await scratchAndContext(fixed);
  const stage = await run(copyOp(['/a'], '/a'), [scratch, context]);
  const op: CopyOp = copyOp(['/a'], '/b', { keepOwner: true });
  const key = await keyParts(op, [scratch, stage]);
  assert.equal(loaded.length, 1);
  assert.deepEqual(await keyParts({ ...op }, [scratch, { ...stage, layers: [] } as Result]), key);
  assert.equal(loaded.length, 1);
  const result = (await run(op, [scratch, stage])) as LayersResult;
  const content = fixed.written.at(-1)!.entries[0]!.content;
  assert.deepEqual(content, { kind: 'layer', diffID: (stage as LayersResult).layers[0], path: 'a' });
  assert.equal(result.layers.length, 1);
});

test('createRunners: link does not depend on what it is put on, and merging puts its layers there', async (t) => {
  const fixed = fixture(t);
  const { folder, run, keyParts } = fixed;
  writeFileSync(join(folder, 'a'), 'A');
  const [scratch, context] = await scratchAndContext(fixed);
  const op = copyOp([pathsSource('/a', { input: 0 })], '/b', { link: true });
  assert.equal((await keyParts(op, [context]))?.length, 1);
  const linked = (await run(op, [context])) as LayersResult;
  const base = (await run({ kind: 'mkdir', path: '/d', mode: 0o755 }, [scratch])) as LayersResult;
  const merged = (await run({ kind: 'merge' }, [base, linked])) as LayersResult;
  assert.deepEqual(merged.layers, [...base.layers, ...linked.layers]);
  assert.notEqual(merged.treeID, base.treeID);
  assert.equal(((await run({ kind: 'merge' }, [base, scratch])) as LayersResult).treeID, base.treeID);
});

test('createRunners: WORKDIR on a folder that is there makes an empty layer and leaves the tree as it is', async (t) => {
  const fixed = fixture(t);
  const { run, written } = fixed;
  const [scratch] = await scratchAndContext(fixed);
  const first = (await run({ kind: 'mkdir', path: '/w/x', mode: 0o755, owner: '5:6' }, [scratch])) as LayersResult;
  assert.deepEqual(linesOf(written.at(-1)!.entries), ['dir 755 5:6 w', 'dir 755 5:6 w/x']);
  const second = (await run({ kind: 'mkdir', path: '/w/./x/', mode: 0o755 }, [first])) as LayersResult;
  assert.deepEqual(written.at(-1)!.entries, []);
  assert.equal(second.treeID, first.treeID);
  assert.equal(second.layers.length, 2);
  await assert.rejects(run(copyOp(['/nope'], '/'), [scratch, first]), { code: 'SOURCE_MISSING' });
});

const scratch: LayersResult = { kind: 'layers', treeID: baseTreeID([]), layers: [] };

const bindOp = (source: string): RunOp => ({
  kind: 'run',
  args: ['true'],
  env: [],
  uncachedEnv: [],
  cwd: '/',
  user: '',
  network: 'default',
  security: 'sandbox',
  extraHosts: [],
  mounts: [{ kind: 'bind', input: 1, source, target: '/m', readonly: true }],
  files: [],
  platform: { os: 'linux', architecture: 'amd64' },
  devices: [],
});

test('runners: what a mount selects decides the key, not how it came to be', async (t) => {
  const { folder, run, keyParts } = fixture(t);
  mkdirSync(join(folder, 'part'));
  writeFileSync(join(folder, 'part/file'), 'same\n');
  writeFileSync(join(folder, 'other'), 'one\n');
  const context = await run({ kind: 'local', name: 'context' });
  const copyAll = copyOp([pathsSource('/')], '/');
  const stage = async (): Promise<Result> => run(copyAll, [scratch, context]);
  const first = await stage();
  const all = await keyParts(bindOp('/'), [scratch, first]);
  const part = await keyParts(bindOp('/part'), [scratch, first]);
  writeFileSync(join(folder, 'other'), 'two\n');
  const changed = await stage();
  assert.deepEqual(await keyParts(bindOp('/part'), [scratch, changed]), part);
  assert.notDeepEqual(await keyParts(bindOp('/'), [scratch, changed]), all);
  // One step more, and the same files.
  const again = await run(copyOp([pathsSource('/part')], '/part/'), [changed, context]);
  assert.deepEqual(await keyParts(bindOp('/part'), [scratch, again]), part);
  writeFileSync(join(folder, 'part/file'), 'other\n');
  assert.notDeepEqual(await keyParts(bindOp('/part'), [scratch, await stage()]), part);
});

test('runners: the key of a mount of an image that was never read asks for no bytes, and stays', async (t) => {
  const { keyParts, loaded } = fixture(t);
  const image: LayersResult = { kind: 'layers', treeID: baseTreeID(['sha256:base' as DiffID]), layers: ['sha256:base' as DiffID] };
  const parts = await keyParts(bindOp('/bin'), [scratch, image]);
  assert.deepEqual(await keyParts(bindOp('/bin'), [scratch, image]), parts);
  assert.notDeepEqual(await keyParts(bindOp('/lib'), [scratch, image]), parts);
  assert.deepEqual(loaded, []);
});
