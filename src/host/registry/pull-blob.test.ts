import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../content/index.ts';
import { blobOf, refAt, testClient, type TestClient } from './client-setup.ts';
import { end, FakeRegistry } from './fake-registry.ts';

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251));
const blob = blobOf(bytes);

test('pullBlob downloads once, however many ask, and reports progress', async () => {
  await using registry = await withBlob();
  using t = testClient();
  let last = 0;
  const options = { signal: t.signal, onProgress: (current: number, total: number) => assert.ok((last = current) <= total) };
  const ref = refAt(registry.host, 'a/b:1');
  await Promise.all([t.client.pullBlob(ref, blob, t.store.blobs, options), t.client.pullBlob(ref, blob, t.store.blobs, options)]);
  await t.client.pullBlob(ref, blob, t.store.blobs, options);
  assert.equal(last, bytes.length);
  assert.equal(registry.log.length, 1);
  assert.deepEqual(t.store.blobs.read(blob.digest), bytes);
});

test('pullBlob of two clients over one store is one download', async () => {
  await using registry = await withBlob();
  using t = testClient();
  using other = testClient();
  using store = openStore(t.store.root);
  const ref = refAt(registry.host, 'a/b:1');
  await Promise.all([pull(t, registry), other.client.pullBlob(ref, blob, store.blobs, { signal: t.signal })]);
  assert.equal(registry.log.length, 1);
});

test('pullBlob goes on where a connection broke', async () => {
  await using registry = await withBlob();
  registry.fail('GET', (_, res) => cut(res, bytes.subarray(0, 50_000), bytes.length));
  using t = testClient();
  await pull(t, registry);
  assert.deepEqual(t.waitsMs, []);
  assert.equal(registry.log.length, 2);
  assert.deepEqual(t.store.blobs.read(blob.digest), bytes);
});

test('pullBlob goes on with a server that knows no ranges, and with one that ends early without an error', async () => {
  await using registry = await withBlob();
  registry.fail('GET', (_, res) => end(res, 200, {}, bytes.subarray(0, 70_000)));
  registry.fail('GET', (_, res) => end(res, 200, {}, bytes));
  using t = testClient();
  await pull(t, registry);
  assert.equal(registry.log.length, 2);
  assert.deepEqual(t.store.blobs.read(blob.digest), bytes);
});

test('pullBlob fails when it never comes whole', async () => {
  await using registry = await withBlob();
  registry.fail('GET', (_, res) => end(res, 200, {}, bytes.subarray(0, 70_000)), 100);
  using t = testClient();
  await assert.rejects(pull(t, registry), { code: 'REGISTRY_SIZE_MISMATCH', family: 'registry', retryable: true });
  assertNothingLeft(t);
});

test('pullBlob refuses wrong bytes, after trying again', async () => {
  await using registry = await withBlob();
  const wrong = Buffer.from(bytes).fill(0, 5, 6);
  registry.fail('GET', (_, res) => end(res, 200, {}, wrong), 4);
  using t = testClient();
  await pull(t, registry);
  registry.fail('GET', (_, res) => end(res, 200, {}, wrong), 5);
  t.store.blobs.delete(blob.digest);
  await assert.rejects(pull(t, registry), {
    code: 'REGISTRY_DIGEST_MISMATCH',
    message: /^Cannot pull blob sha256:\w+ of .*: its bytes have the digest sha256:/,
  });
  assertNothingLeft(t);
});

test('pullBlob refuses more bytes than announced', async () => {
  await using registry = await withBlob();
  registry.fail('GET', (_, res) => end(res, 200, {}, Buffer.concat([bytes, bytes])), 10);
  using t = testClient();
  await assert.rejects(pull(t, registry), { code: 'REGISTRY_SIZE_MISMATCH' });
  assertNothingLeft(t);
});

test('pullBlob reports what is not there', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  await assert.rejects(pull(t, registry), { code: 'BLOB_UNKNOWN' });
});

test('pullBlob follows redirects and sends no authorization to other hosts', async () => {
  await using storage = await withBlob();
  await using registry = await FakeRegistry.start({ auth: { kind: 'basic', username: 'u', password: 'p' } });
  registry.fail('/elsewhere', (_, res) => end(res, 302, { location: `http://${storage.host}/v2/s/blobs/${blob.digest}?signature=secret` }));
  registry.fail(
    'GET',
    (req, res) => {
      if (req.headers.authorization === undefined) end(res, 401, { 'www-authenticate': 'Basic realm="x"' });
      else end(res, 307, { location: '/elsewhere' });
    },
    2,
  );
  using t = testClient({ credentials: [{ name: 'test', find: async () => ({ kind: 'basic', username: 'u', password: 'p' }) }] });
  await pull(t, registry);
  assert.ok(registry.authorizations.at(-1)?.startsWith('Basic '));
  assert.deepEqual(storage.authorizations, [undefined]);
});

for (const [name, location] of [
  ['that never end', ''],
  ['to other protocols', 'file:///etc/passwd'],
] as const) {
  test(`pullBlob refuses redirects ${name}`, async () => {
    await using registry = await FakeRegistry.start();
    registry.fail('GET', (req, res) => end(res, 302, { location: location || (req.url ?? '') }), 100);
    using t = testClient();
    await assert.rejects(pull(t, registry), { code: 'REGISTRY_PROTOCOL' });
  });
}

test('a pull that one of two gives up goes on for the other', async () => {
  await using registry = await withBlob();
  using t = testClient();
  const abort = new AbortController();
  registry.fail('GET', (_, res) => {
    abort.abort(new Error('enough'));
    end(res, 200, {}, bytes);
  });
  const ref = refAt(registry.host, 'a/b:1');
  const first = assert.rejects(t.client.pullBlob(ref, blob, t.store.blobs, { signal: abort.signal }), /enough/);
  await t.client.pullBlob(ref, blob, t.store.blobs, { signal: t.signal });
  await first;
  assert.ok(t.store.blobs.has(blob.digest));
});

async function withBlob(): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start();
  registry.blobs.set(blob.digest, bytes);
  return registry;
}

function pull(t: TestClient, registry: FakeRegistry): Promise<void> {
  return t.client.pullBlob(refAt(registry.host, 'a/b:1'), blob, t.store.blobs, { signal: t.signal });
}

/** Sends a part and breaks the connection. */
function cut(res: ServerResponse, part: Buffer, announced: number): void {
  res.writeHead(200, { 'content-length': String(announced) });
  res.write(part, () => res.destroy());
}

function assertNothingLeft({ store }: TestClient): void {
  const [owner] = readdirSync(join(store.root, 'tmp')).filter((name) => !name.endsWith('.lock'));
  assert.deepEqual(readdirSync(join(store.root, 'tmp', owner ?? '')), []);
  assert.deepEqual(readdirSync(join(store.root, 'locks')), []);
}
