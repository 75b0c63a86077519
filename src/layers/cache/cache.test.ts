import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore, type Store } from '../../host/content/index.ts';
import { digestOf, mediaTypes, type Descriptor, type DiffID, type TreeID } from '../../core/oci/index.ts';
import { LayerSources } from './layer-sources.ts';
import { Memo } from './memo.ts';
import { RecordStore } from './record-store.ts';

interface Fixture extends Disposable {
  readonly store: Store;
  /** Another process's, as it were. */
  readonly other: Store;
}

function openFixture(): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'ossb-cache-'));
  const store = openStore(root);
  const other = openStore(root);
  return {
    store,
    other,
    [Symbol.dispose]: () => {
      store.close();
      other.close();
      rmSync(root, { recursive: true });
    },
  };
}

/** Changes whenever another connection wrote. */
function dataVersion(store: Store): unknown {
  return store.db().prepare('PRAGMA data_version').get();
}

const key = digestOf('key');
const [one, two] = ['one', 'two'].map((text) => digestOf(text) as string as DiffID) as [DiffID, DiffID];
const record = { treeID: digestOf('tree') as string as TreeID, layers: [one, two], createdAtMs: 5 };

test('RecordStore: a record comes back to another process as it was put', () => {
  using f = openFixture();
  const options = { now: () => 1000, layerAvailable: () => true };
  new RecordStore({ store: f.store, ...options }).put(key, record);
  const reader = new RecordStore({ store: f.other, ...options });
  assert.deepEqual(reader.get(key), record);
  assert.equal(reader.get(digestOf('another')), undefined);
  const bare = { treeID: record.treeID, layers: [] };
  reader.put(key, bare);
  assert.deepEqual(reader.get(key), bare);
});

test('RecordStore: a record that names a lost layer is a miss, and goes with removeStale', () => {
  using f = openFixture();
  const lost = new Set<DiffID>();
  const records = new RecordStore({ store: f.store, now: () => 1000, layerAvailable: (diffID) => !lost.has(diffID) });
  records.put(key, record);
  records.put(digestOf('whole'), { treeID: record.treeID, layers: [one] });
  lost.add(two);
  assert.equal(records.get(key), undefined);
  assert.equal(records.removeStale(), 1);
  lost.clear();
  assert.equal(records.get(key), undefined);
  assert.ok(records.get(digestOf('whole')));
});

test('RecordStore: flush notes a use, and writes nothing within ten minutes of the last one', () => {
  using f = openFixture();
  let now = 1_000_000;
  const touched: DiffID[] = [];
  const options = { now: () => now, layerAvailable: () => true, touchLayers: (diffIDs: readonly DiffID[]) => void touched.push(...diffIDs) };
  const records = new RecordStore({ store: f.store, ...options });
  records.put(key, record);
  const before = dataVersion(f.other);
  now += 9 * 60_000;
  records.get(key);
  records.flush();
  assert.deepEqual(dataVersion(f.other), before);
  assert.deepEqual(touched, []);
  now += 2 * 60_000;
  records.get(key);
  records.flush();
  assert.notDeepEqual(dataVersion(f.other), before);
  assert.deepEqual(touched, [one, two]);
  assert.deepEqual({ ...f.other.db().prepare('SELECT last_used_ms FROM cache_records').get() }, { last_used_ms: now });
});

test('RecordStore: the lock of a key keeps another process out until it is disposed', async () => {
  using f = openFixture();
  const options = { now: () => 1000, layerAvailable: () => true };
  const never = new AbortController().signal;
  const first = await new RecordStore({ store: f.store, ...options }).lock(key, never);
  const second = new RecordStore({ store: f.other, ...options });
  await assert.rejects(second.lock(key, AbortSignal.timeout(20)), { name: 'TimeoutError' });
  await first[Symbol.asyncDispose]();
  await (await second.lock(key, never))[Symbol.asyncDispose]();
});

test('LayerSources: what this build resolved comes before what another image said of the layer', () => {
  using f = openFixture();
  const blob = (text: string): Descriptor => ({ mediaType: mediaTypes.ociLayerGzip, digest: digestOf(text), size: text.length });
  let now = 1000;
  const honest = [{ diffID: one, descriptor: blob('honest') }];
  new LayerSources(f.store, () => now).add('docker.io/library/base:1', honest);
  now += 1000;
  new LayerSources(f.other, () => now).add('evil.example/liar:1', [{ diffID: one, descriptor: blob('lie') }]);
  const sources = new LayerSources(f.store, () => now);
  assert.deepEqual(
    sources.of(one).map((source) => source.reference),
    ['evil.example/liar:1', 'docker.io/library/base:1'],
  );
  const before = dataVersion(f.other);
  sources.add('docker.io/library/base:1', honest);
  assert.deepEqual(dataVersion(f.other), before, 'nothing is written for what is known');
  assert.deepEqual(
    sources.of(one).map((source) => source.reference),
    ['docker.io/library/base:1', 'evil.example/liar:1'],
  );
  sources.forget(one, 'docker.io/library/base:1');
  assert.deepEqual(
    sources.of(one).map((source) => source.reference),
    ['evil.example/liar:1'],
  );
});

test('LayerSources: a tag that moved replaces what it said before', () => {
  using f = openFixture();
  const sources = new LayerSources(f.store, () => 1000);
  for (const text of ['old', 'new'])
    sources.add('docker.io/library/base:1', [{ diffID: one, descriptor: { mediaType: mediaTypes.ociLayer, digest: digestOf(text), size: 3 } }]);
  assert.deepEqual(
    new LayerSources(f.other, () => 1000).of(one).map((source) => source.descriptor.digest),
    [digestOf('new')],
  );
});

test('Memo: what was set is there for another process', () => {
  using f = openFixture();
  new Memo(f.store, () => 1000).set('a', 'b');
  assert.equal(new Memo(f.other, () => 1000).get('a'), 'b');
  assert.equal(new Memo(f.other, () => 1000).get('b'), undefined);
});
