import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../host/content/index.ts';
import { Bench, noNamespaces, stepsThat } from './testing/bench.ts';
import { diskUsage, listImages, prune } from './store-commands.ts';

const skip = noNamespaces();
const dockerfile = 'FROM scratch\nCOPY a /a\n';

test('prune: what a named image needs stays, what only an unnamed one needs goes', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'named' });
  const named = await bench.succeed(dockerfile, { tags: ['app:1'] });
  bench.write({ a: 'unnamed' });
  const unnamed = await bench.succeed(dockerfile);
  await bench.succeed(dockerfile);
  assert.deepEqual(new Set((await listImages(bench.store)).map((image) => image.name)), new Set(['docker.io/library/app:1', undefined]));
  const { removed, reclaimedBytes } = await prune(bench.store, {});
  assert.ok(removed.some((record) => record.kind === 'image' && record.description === unnamed.result.image?.digest));
  assert.ok(reclaimedBytes > 0);
  assert.deepEqual(
    (await listImages(bench.store)).map((image) => image.name),
    ['docker.io/library/app:1'],
  );
  assert.deepEqual(bench.temporaries(), []);
  bench.write({ a: 'named' });
  const again = await bench.succeed(dockerfile, { tags: ['app:1'], outputs: [{ kind: 'oci', dest: 'layout', tar: false, names: [] }] });
  assert.equal(again.result.image?.digest, named.result.image?.digest);
  assert.ok(stepsThat('cached', again.events).length > 0, 'its steps are cached still');
  bench.write({ a: 'unnamed' });
  const anew = await bench.succeed(dockerfile);
  assert.deepEqual(stepsThat('cached', anew.events), [], 'a record whose layer is gone is a miss');
});

test('prune: with all, everything goes, and the next build works', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  const { result } = await bench.succeed(dockerfile, { tags: ['app:1'] });
  await prune(bench.store, { all: true });
  const usage = await diskUsage(bench.store);
  assert.deepEqual(usage.records, []);
  using store = openStore(bench.store);
  assert.deepEqual({ ...store.db().prepare('SELECT count(*) AS n FROM cache_records').get() }, { n: 0 });
  assert.deepEqual((await bench.succeed(dockerfile, { tags: ['app:1'] })).result.image?.config?.rootfs, result.image?.config?.rootfs);
});

test('prune: a limit takes the least recently used first and no more than it must', async () => {
  await using bench = await Bench.open();
  openStore(bench.store).close();
  const areas = ['git', 'http', 'contexts', 'mounts'];
  for (const [number, area] of areas.entries()) {
    const folder = join(bench.store, area, `${area}-1`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'data'), Buffer.alloc(1000));
    utimesSync(folder, 1_000_000 + number, 1_000_000 + number);
  }
  const before = await diskUsage(bench.store);
  assert.equal(before.totalBytes, 4000);
  assert.equal(before.reclaimableBytes, 4000);
  assert.deepEqual([...new Set(before.records.map((record) => record.kind))].sort(), ['cache-mount', 'source']);
  const { removed, reclaimedBytes } = await prune(bench.store, { maxUsedBytes: 2500 });
  assert.deepEqual(
    removed.map((record) => record.id),
    ['git/git-1', 'http/http-1'],
  );
  assert.equal(reclaimedBytes, 2000);
  assert.ok(existsSync(join(bench.store, 'mounts/mounts-1/data')));
  assert.equal((await diskUsage(bench.store)).totalBytes, 2000);
});

test('prune: waits for no build and takes nothing from one', async () => {
  await using bench = await Bench.open();
  using store = openStore(bench.store);
  mkdirSync(join(bench.store, 'git/kept'), { recursive: true });
  using _lease = await store.lease(new AbortController().signal);
  await assert.rejects(prune(bench.store, {}), { code: 'STORE_BUSY' });
  assert.deepEqual(readdirSync(join(bench.store, 'git')), ['kept']);
  assert.ok((await diskUsage(bench.store)).records.every((record) => record.inUse));
});

test('listImages: the size is that of all distinct blobs, and an absent store has none', { skip }, async () => {
  await using bench = await Bench.open();
  assert.deepEqual(await listImages(bench.store), []);
  bench.write({ a: 'content' });
  const { result } = await bench.succeed(dockerfile, { tags: ['app:1', 'app:2'] });
  const images = await listImages(bench.store);
  using store = openStore(bench.store);
  const sizes = [...store.blobs.list()].map((blob) => blob.sizeBytes);
  assert.deepEqual(
    images.map((image) => [image.digest, image.sizeBytes]),
    Array.from({ length: 2 }, () => [result.image!.digest, sizes.reduce((sum, size) => sum + size, 0)]),
  );
});
