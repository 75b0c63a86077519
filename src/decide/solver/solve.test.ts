import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError } from '../../core/errors.ts';
import { makeVertex, type Vertex } from '../graph/index.ts';
import { digestOf, type Digest, type DiffID, type TreeID } from '../../core/oci/index.ts';
import type { CacheRecord, CacheStore, OpRunners, Result } from './ports.ts';
import { solve, type SolveEvent } from './solve.ts';
import { usageOf } from './usage.ts';

/** Runs a mkdir op by remembering its path: the treeID says which folders the tree has, in order. `sameResult` paths change nothing. */
class FolderRunners implements OpRunners {
  readonly ran: string[] = [];
  active = 0;
  mostActive = 0;
  readonly contents: ReadonlyMap<string, string>;

  constructor(contents: ReadonlyMap<string, string> = new Map()) {
    this.contents = contents;
  }

  async keyParts(vertex: Vertex, inputs: readonly Result[]): Promise<readonly string[] | undefined> {
    if (vertex.op.kind === 'scratch') return undefined;
    return inputs.map((input) => (input.kind === 'layers' ? input.treeID : input.name));
  }

  async run(vertex: Vertex, inputs: readonly Result[]): Promise<Result> {
    if (vertex.op.kind === 'scratch') return { kind: 'layers', treeID: digestOf('') as string as TreeID, layers: [] };
    assert.ok(vertex.op.kind === 'mkdir');
    this.active += 1;
    this.mostActive = Math.max(this.mostActive, this.active);
    this.ran.push(vertex.op.path);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.active -= 1;
    if (vertex.op.path.startsWith('/fail')) throw new BuildError('FAILED', 'Cannot make it', { family: 'execution' });
    const parents = inputs.map((input) => (input as Result & { kind: 'layers' }).treeID).join();
    return { kind: 'layers', treeID: digestOf(parents + (this.contents.get(vertex.op.path) ?? vertex.op.path)) as string as TreeID, layers: [] };
  }
}

class MemoryCache implements CacheStore {
  readonly records = new Map<Digest, CacheRecord>();
  get(key: Digest): CacheRecord | undefined {
    return this.records.get(key);
  }
  put(key: Digest, record: CacheRecord): void {
    this.records.set(key, record);
  }
  async lock(): Promise<AsyncDisposable> {
    return { [Symbol.asyncDispose]: async () => {} };
  }
}

const scratch = makeVertex({ kind: 'scratch' }, [], { name: 'scratch' });

function folder(path: string, inputs: readonly Vertex[] = [scratch], ignoreCache = false): Vertex {
  return makeVertex({ kind: 'mkdir', path, mode: 0o755 }, inputs, { name: path, ignoreCache, location: { file: 'Dockerfile', startLine: 3, endLine: 3 } });
}

async function run(targets: readonly Vertex[], runners: OpRunners, cache: CacheStore): Promise<{ results: Map<string, Result>; events: SolveEvent[] }> {
  const events: SolveEvent[] = [];
  const options = {
    runners,
    cache,
    hints: new Map(),
    parallelism: 8,
    signal: new AbortController().signal,
    emit: (event: SolveEvent) => void events.push(event),
  };
  return { results: await solve(targets, options), events };
}

test('solve: equal vertices run once and what the target does not need is not run', async () => {
  const runners = new FolderRunners();
  const a = folder('/a');
  await run([folder('/b', [a, folder('/a')])], runners, new MemoryCache());
  assert.deepEqual(runners.ran, ['/a', '/b']);
});

test('solve: a second run with the same cache runs nothing and reports cached', async () => {
  const cache = new MemoryCache();
  await run([folder('/b', [folder('/a')])], new FolderRunners(), cache);
  const runners = new FolderRunners();
  const { events } = await run([folder('/b', [folder('/a')])], runners, cache);
  assert.deepEqual(runners.ran, []);
  assert.deepEqual(
    events.filter((event) => event.kind === 'cached').map((event) => event.vertex.meta.name),
    ['/a', '/b'],
  );
});

test('solve: a step that ran again and made the same tree changes nothing downstream', async () => {
  const cache = new MemoryCache();
  await run([folder('/b', [folder('/a1')])], new FolderRunners(new Map([['/a1', 'same']])), cache);
  const runners = new FolderRunners(new Map([['/a2', 'same']]));
  await run([folder('/b', [folder('/a2')])], runners, cache);
  assert.deepEqual(runners.ran, ['/a2']);
});

test('solve: two vertices with one key run once', async () => {
  const runners = new FolderRunners(
    new Map([
      ['/x', 'same'],
      ['/y', 'same'],
    ]),
  );
  const left = folder('/z', [folder('/x')]);
  const right = folder('/z', [folder('/y')]);
  await run([left, right], runners, new MemoryCache());
  assert.deepEqual(
    runners.ran.filter((path) => path === '/z'),
    ['/z'],
  );
});

test('solve: ignoreCache runs what the cache knows', async () => {
  const cache = new MemoryCache();
  await run([folder('/a')], new FolderRunners(), cache);
  const runners = new FolderRunners();
  await run([folder('/a', [scratch], true)], runners, cache);
  assert.deepEqual(runners.ran, ['/a']);
});

test('solve: independent vertices run at the same time', async () => {
  const runners = new FolderRunners();
  await run([folder('/all', [folder('/1'), folder('/2'), folder('/3')])], runners, new MemoryCache());
  assert.equal(runners.mostActive, 3);
});

test('solve: the first failure is thrown with its location and nothing that needs it runs', async () => {
  const runners = new FolderRunners();
  await assert.rejects(
    run([folder('/after', [folder('/fail')])], runners, new MemoryCache()),
    (error: BuildError) => error.code === 'FAILED' && error.location?.startLine === 3,
  );
  assert.deepEqual(runners.ran, ['/fail']);
});

test('solve: an aborted signal rejects with its reason', async () => {
  const options = { runners: new FolderRunners(), cache: new MemoryCache(), hints: new Map(), parallelism: 1, emit: () => {} };
  await assert.rejects(solve([folder('/a')], { ...options, signal: AbortSignal.abort(new Error('stopped')) }), /stopped/);
});

test('solve: a step whose key fails is reported as started and failed', async () => {
  const events: SolveEvent[] = [];
  class NoKeys extends FolderRunners {
    override async keyParts(vertex: Vertex, inputs: readonly Result[]): Promise<readonly string[] | undefined> {
      if (vertex.op.kind === 'mkdir') throw new BuildError('SOURCE_MISSING', 'Cannot find it', { family: 'validation' });
      return super.keyParts(vertex, inputs);
    }
  }
  const options = { cache: new MemoryCache(), hints: new Map(), parallelism: 1, signal: new AbortController().signal };
  await assert.rejects(solve([folder('/a')], { ...options, runners: new NoKeys(), emit: (event) => void events.push(event) }), { code: 'SOURCE_MISSING' });
  assert.deepEqual(
    events.filter((event) => event.vertex.op.kind === 'mkdir').map((event) => event.kind),
    ['started', 'failed'],
  );
});

test('solve: of two vertices that share failing work one has failed and the other was cancelled', async () => {
  const events: SolveEvent[] = [];
  const same = new Map([
    ['/x', 'same'],
    ['/y', 'same'],
  ]);
  const targets = [folder('/fail', [folder('/x')]), folder('/fail', [folder('/y')])];
  const options = { cache: new MemoryCache(), hints: new Map(), parallelism: 4, signal: new AbortController().signal };
  await assert.rejects(solve(targets, { ...options, runners: new FolderRunners(same), emit: (event) => void events.push(event) }), { code: 'FAILED' });
  const ends = events.filter((event) => event.vertex.meta.name === '/fail' && event.kind !== 'started').map((event) => event.kind);
  assert.deepEqual(ends.sort(), ['canceled', 'failed']);
});

test('solve: an abort whose reason is a BuildError cancels steps and fails none', async () => {
  const events: SolveEvent[] = [];
  const controller = new AbortController();
  const interrupted = new BuildError('INTERRUPTED', 'Cannot go on', { family: 'execution' });
  class Waiting extends FolderRunners {
    override async run(vertex: Vertex, inputs: readonly Result[], context?: { readonly signal: AbortSignal }): Promise<Result> {
      if (vertex.op.kind !== 'mkdir') return super.run(vertex, inputs);
      controller.abort(interrupted);
      context?.signal.throwIfAborted();
      throw new Error('the abort did not come through');
    }
  }
  const options = { cache: new MemoryCache(), hints: new Map(), parallelism: 4, signal: controller.signal };
  await assert.rejects(solve([folder('/a')], { ...options, runners: new Waiting(), emit: (event) => void events.push(event) }), interrupted);
  assert.equal(interrupted.location, undefined);
  assert.deepEqual(
    events.filter((event) => event.vertex.op.kind === 'mkdir').map((event) => event.kind),
    ['started', 'canceled'],
  );
});

test('solve: a failure ends the wait of another vertex for a lock', async () => {
  class HeldCache extends MemoryCache {
    #count = 0;
    override async lock(_key?: Digest, signal?: AbortSignal): Promise<AsyncDisposable> {
      this.#count += 1;
      if (this.#count === 1) return super.lock();
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    }
  }
  await assert.rejects(run([folder('/fail'), folder('/waits')], new FolderRunners(), new HeldCache()), { code: 'FAILED' });
});

test('usageOf: marks exported chains and what RUN stands on', () => {
  const base = folder('/base');
  const step = makeVertex(
    {
      kind: 'run',
      args: [],
      env: [],
      uncachedEnv: [],
      cwd: '/',
      user: '',
      network: 'default',
      security: 'sandbox',
      extraHosts: [],
      mounts: [],
      files: [],
      platform: { os: 'linux', architecture: 'amd64' },
      devices: [],
    },
    [base],
    { name: 'run' },
  );
  const other = folder('/other');
  const hints = usageOf([step, other], [other]);
  assert.deepEqual(hints.get(base.digest), { exported: false, mounted: true });
  assert.deepEqual(hints.get(step.digest), { exported: false, mounted: false });
  assert.deepEqual(hints.get(other.digest), { exported: true, mounted: false });
});

test('solve: a cached layer lies on the chain that it was asked for, also where another chain has the same treeID', async () => {
  const cache = new MemoryCache();
  const layer = (name: string): DiffID => digestOf(name) as string as DiffID;
  /** `/empty` makes a layer and leaves the treeID as it is. */
  const runners: OpRunners = {
    keyParts: async (vertex, inputs) => (vertex.op.kind === 'scratch' ? undefined : inputs.map((input) => (input as Result & { kind: 'layers' }).treeID)),
    run: async (vertex, inputs) => {
      const base = inputs[0] as (Result & { kind: 'layers' }) | undefined;
      if (vertex.op.kind !== 'mkdir' || base === undefined) return { kind: 'layers', treeID: digestOf('') as string as TreeID, layers: [] };
      const { path } = vertex.op;
      return {
        kind: 'layers',
        treeID: path === '/empty' ? base.treeID : (digestOf(base.treeID + path) as string as TreeID),
        layers: [...base.layers, layer(path)],
      };
    },
  };
  const plain = folder('/x');
  const onEmpty = folder('/x', [folder('/empty')]);
  const layersIn = ({ results }: { results: Map<string, Result> }, vertex: Vertex): readonly DiffID[] =>
    (results.get(vertex.digest) as Result & { kind: 'layers' }).layers;
  assert.deepEqual(layersIn(await run([plain], runners, cache), plain), [layer('/x')]);
  assert.deepEqual(layersIn(await run([onEmpty], runners, cache), onEmpty), [layer('/empty'), layer('/x')]);
  const both = await run([plain, onEmpty], runners, new MemoryCache());
  assert.deepEqual([layersIn(both, plain), layersIn(both, onEmpty)], [[layer('/x')], [layer('/empty'), layer('/x')]]);
});
