import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, mediaTypes, type Digest } from '../../core/oci/index.ts';
import { blobOf, manifestOf, manifestType, refAt, testClient } from './client-setup.ts';
import { end, FakeRegistry, fault } from './fake-registry.ts';

const config = '{"os":"linux"}';
const manifest = manifestOf(config);

test('resolve asks with one HEAD and gives the whole descriptor', async () => {
  await using registry = await FakeRegistry.start();
  registry.addManifest('a/b', '1', manifest, manifestType);
  using t = testClient();
  const expected = { mediaType: manifestType, digest: digestOf(manifest), size: manifest.length };
  assert.deepEqual(await t.client.resolve(refAt(registry.host, 'a/b:1'), t.signal), expected);
  assert.deepEqual(await t.client.resolve(refAt(registry.host, `a/b@${expected.digest}`), t.signal), expected);
  assert.deepEqual(registry.log, ['HEAD /v2/a/b/manifests/1', `HEAD /v2/a/b/manifests/${expected.digest}`]);
});

test('resolve asks with GET where HEAD does not tell the digest or is refused', async () => {
  await using registry = await FakeRegistry.start();
  registry.addManifest('a/b', '1', manifest, manifestType);
  using t = testClient();
  registry.fail('HEAD', (_, res) => end(res, 200, { 'content-type': manifestType }));
  assert.equal((await t.client.resolve(refAt(registry.host, 'a/b:1'), t.signal)).digest, digestOf(manifest));
  registry.fail('HEAD', (_, res) => end(res, 405));
  assert.equal((await t.client.resolve(refAt(registry.host, 'a/b:1'), t.signal)).size, manifest.length);
});

test('fetchManifest verifies by digest', async () => {
  await using registry = await FakeRegistry.start();
  registry.addManifest('a/b', '1', manifest, manifestType);
  const digest = digestOf('another');
  registry.manifests.set(`a/b@${digest}`, { bytes: manifest, mediaType: manifestType });
  using t = testClient();
  assert.deepEqual((await t.client.fetchManifest(refAt(registry.host, 'a/b:1'), t.signal)).bytes, manifest);
  await assert.rejects(t.client.fetchManifest(refAt(registry.host, `a/b@${digest}`), t.signal), { code: 'REGISTRY_DIGEST_MISMATCH' });
  await assert.rejects(t.client.resolve(refAt(registry.host, `a/b@${digest}`), t.signal), { code: 'REGISTRY_DIGEST_MISMATCH' });
});

for (const [name, body, type, code] of [
  ['more than the limit', Buffer.alloc((4 << 20) + 1), manifestType, 'MANIFEST_TOO_LARGE'],
  ['no JSON', Buffer.from('<html>'), 'text/html', 'REGISTRY_PROTOCOL'],
  ['schema 1', Buffer.from('{"schemaVersion":1}'), 'application/vnd.docker.distribution.manifest.v1+prettyjws', 'MANIFEST_UNSUPPORTED'],
  ['a document that calls itself otherwise', manifest, mediaTypes.ociIndex, 'REGISTRY_PROTOCOL'],
  ['something else', Buffer.from('{"schemaVersion":2}'), 'application/json', 'MANIFEST_UNSUPPORTED'],
] as const) {
  test(`fetchManifest refuses ${name}`, async () => {
    await using registry = await FakeRegistry.start();
    registry.addManifest('a/b', '1', body, type);
    using t = testClient();
    await assert.rejects(t.client.fetchManifest(refAt(registry.host, 'a/b:1'), t.signal), { code });
  });
}

test('fetchManifest knows OCI documents without a type by their shape', async () => {
  await using registry = await FakeRegistry.start();
  registry.addManifest('a/b', '1', Buffer.from('{"schemaVersion":2,"manifests":[]}'), 'application/json');
  using t = testClient();
  assert.equal((await t.client.fetchManifest(refAt(registry.host, 'a/b:1'), t.signal)).descriptor.mediaType, mediaTypes.ociIndex);
});

for (const [status, body, code, retryable] of [
  [404, fault('NAME_UNKNOWN', 'x'), 'NAME_UNKNOWN', false],
  [404, fault('MANIFEST_UNKNOWN', 'x'), 'MANIFEST_UNKNOWN', false],
  [404, Buffer.from('nginx'), 'MANIFEST_UNKNOWN', false],
  [403, fault('DENIED', 'requested access is denied'), 'DENIED', false],
  [401, fault('UNAUTHORIZED', 'x'), 'UNAUTHORIZED', false],
  [429, fault('TOOMANYREQUESTS', 'slow down'), 'RATE_LIMITED', true],
  [503, Buffer.from(''), 'REGISTRY_FAILED', true],
  [400, fault('UNSUPPORTED', 'x'), 'REGISTRY_REFUSED', false],
] as const) {
  test(`an answer ${status} ${body.toString()} is ${code}`, async () => {
    await using registry = await FakeRegistry.start();
    registry.fail('GET', (_, res) => end(res, status, {}, body), 10);
    using t = testClient();
    await assert.rejects(t.client.fetchManifest(refAt(registry.host, 'a/b:1'), t.signal), { code, retryable });
    assert.equal(registry.log.length, retryable ? 5 : 1);
  });
}

test('a 429 is retried after the time of Retry-After', async () => {
  await using registry = await FakeRegistry.start();
  registry.addManifest('a/b', '1', manifest, manifestType);
  registry.fail('HEAD', (_, res) => end(res, 429, { 'retry-after': '7' }));
  registry.fail('HEAD', (_, res) => end(res, 500));
  using t = testClient();
  await t.client.resolve(refAt(registry.host, 'a/b:1'), t.signal);
  assert.deepEqual([t.waitsMs[0], t.waitsMs.length], [7000, 2]);
});

test('pushBlob sends one POST and one PUT, and nothing where the blob is there', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  const blob = blobOf('layer');
  t.store.blobs.put('layer');
  const ref = refAt(registry.host, 'a/b:1');
  const progress: number[] = [];
  const options = { signal: t.signal, onProgress: (current: number) => progress.push(current) };
  await Promise.all([t.client.pushBlob(ref, blob, t.store.blobs, options), t.client.pushBlob(ref, blob, t.store.blobs, options)]);
  await t.client.pushBlob(ref, blob, t.store.blobs, options);
  assert.deepEqual(
    registry.log.map((line) => line.split(/ |\/uploads/)[0]),
    ['HEAD', 'POST', 'PUT'],
  );
  assert.deepEqual(progress, [5]);
  assert.equal(registry.blobs.get(blob.digest)?.toString(), 'layer');
  using other = testClient();
  await other.client.pushBlob(ref, blob, other.store.blobs, { signal: other.signal });
  assert.equal(registry.log.length, 4);
});

test('pushBlob starts again after a fault, and again with the whole blob', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  const bytes = Buffer.alloc(3 << 20, 'x');
  const blob = blobOf(bytes);
  t.store.blobs.put(bytes);
  registry.fail('PUT', (req) => req.socket.destroy());
  registry.fail('PUT', (_, res) => end(res, 500));
  await t.client.pushBlob(refAt(registry.host, 'a/b:1'), blob, t.store.blobs, { signal: t.signal });
  assert.deepEqual(registry.blobs.get(blob.digest), bytes);
});

test('pushBlob goes over to chunks where the registry finds the blob too large', async () => {
  await using registry = await FakeRegistry.start();
  registry.maxBodyBytes = 1000;
  using t = testClient({ chunkBytes: 900 });
  const bytes = Buffer.from(Array.from({ length: 2500 }, (_, i) => i % 251));
  t.store.blobs.put(bytes);
  await t.client.pushBlob(refAt(registry.host, 'a/b:1'), blobOf(bytes), t.store.blobs, { signal: t.signal });
  assert.equal(registry.log.filter((line) => line.startsWith('PATCH')).length, 3);
  assert.deepEqual(registry.blobs.get(blobOf(bytes).digest), bytes);
});

test('pushBlob goes over to chunks too where the refusal comes before the end of the body', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient({ chunkBytes: 8 << 20 });
  const bytes = Buffer.alloc(20 << 20, 'early');
  t.store.blobs.put(bytes);
  registry.fail('PUT', (req, res) => {
    res.writeHead(413, { 'content-length': '0' });
    res.end(() => req.resume());
  });
  await t.client.pushBlob(refAt(registry.host, 'a/b:1'), blobOf(bytes), t.store.blobs, { signal: t.signal });
  assert.deepEqual(registry.blobs.get(blobOf(bytes).digest), bytes);
});

test('pushBlob follows the registry to another host for the bytes, without the authorization', async () => {
  await using storage = await FakeRegistry.start();
  await using registry = await FakeRegistry.start({ auth: { kind: 'basic', username: 'u', password: 'p' } });
  using t = testClient({ credentials: [{ name: 'test', find: async () => ({ kind: 'basic', username: 'u', password: 'p' }) }] });
  t.store.blobs.put('layer');
  registry.fail('POST', (_, res) => end(res, 202, { location: `http://${storage.host}/put?signature=x` }));
  storage.fail('PUT', (_, res) => end(res, 201));
  await t.client.pushBlob(refAt(registry.host, 'a/b:1'), blobOf('layer'), t.store.blobs, { signal: t.signal });
  assert.deepEqual(storage.log, [`PUT /put?signature=x&digest=${blobOf('layer').digest}`]);
  assert.deepEqual(storage.authorizations, [undefined]);
});

test('pushBlob reports when the registry received other bytes', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  t.store.blobs.put('layer');
  registry.fail('PUT', (_, res) => end(res, 400, {}, fault('DIGEST_INVALID', 'no')), 10);
  await assert.rejects(t.client.pushBlob(refAt(registry.host, 'a/b:1'), blobOf('layer'), t.store.blobs, { signal: t.signal }), {
    code: 'REGISTRY_DIGEST_MISMATCH',
  });
});

test('mountBlob mounts with one request; an upload opened instead serves pushBlob', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  registry.blobs.set(blobOf('there').digest, Buffer.from('there'));
  const ref = refAt(registry.host, 'a/b:1');
  assert.equal(await t.client.mountBlob(ref, blobOf('there').digest, 'base/image', t.signal), true);
  assert.deepEqual(registry.log, [`POST /v2/a/b/blobs/uploads/?mount=${blobOf('there').digest}&from=base/image`]);
  t.store.blobs.put('new');
  assert.equal(await t.client.mountBlob(ref, blobOf('new').digest, 'base/image', t.signal), false);
  await t.client.pushBlob(ref, blobOf('new'), t.store.blobs, { signal: t.signal });
  assert.deepEqual(
    registry.log.slice(1).map((line) => line.split(' ')[0]),
    ['POST', 'PUT'],
  );
  await t.client.pushBlob(refAt(registry.host, 'c:1'), blobOf('there'), t.store.blobs, { signal: t.signal, mountFrom: 'a/b' });
  assert.equal(await t.client.hasBlob(ref, blobOf('none').digest, t.signal), false);
  assert.equal(await t.client.hasBlob(ref, blobOf('there').digest, t.signal), true);
});

test('pushManifest stores under the tag, or under the digest', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  const digest = digestOf(manifest);
  const descriptor = await t.client.pushManifest(refAt(registry.host, 'a/b:1'), manifest, manifestType, t.signal);
  assert.deepEqual(descriptor, { mediaType: manifestType, digest, size: manifest.length });
  await t.client.pushManifest({ registry: registry.host, repository: 'a/b' }, manifest, manifestType, t.signal);
  assert.deepEqual(registry.log, ['PUT /v2/a/b/manifests/1', `PUT /v2/a/b/manifests/${digest}`]);
  registry.fail('PUT', (_, res) => end(res, 201, { 'docker-content-digest': digestOf('other') }));
  await assert.rejects(t.client.pushManifest(refAt(registry.host, 'a/b:1'), manifest, manifestType, t.signal), { code: 'REGISTRY_DIGEST_MISMATCH' });
});

test('a signal ends whatever is under way, with its reason', async () => {
  await using registry = await FakeRegistry.start();
  using t = testClient();
  const abort = new AbortController();
  registry.fail('/v2/', () => abort.abort(new Error('enough')), 10);
  const ref = refAt(registry.host, 'a/b:1');
  await assert.rejects(t.client.resolve(ref, abort.signal), /enough/);
  await assert.rejects(t.client.pullBlob(ref, blobOf('x'), t.store.blobs, { signal: abort.signal }), /enough/);
  await assert.rejects(t.client.hasBlob(ref, 'sha256:0' as Digest, abort.signal), /enough/);
});

test('a host that is not there is REGISTRY_UNREACHABLE', async () => {
  const registry = await FakeRegistry.start();
  const { host } = registry;
  await registry[Symbol.asyncDispose]();
  using t = testClient();
  await assert.rejects(t.client.resolve(refAt(host, 'a:1'), t.signal), { code: 'REGISTRY_UNREACHABLE', family: 'network', retryable: true });
  assert.equal(t.waitsMs.length, 2);
  await assert.rejects(t.client.resolve(refAt('no-such-host.invalid', 'a:1'), t.signal), { code: 'REGISTRY_UNREACHABLE', hint: /DNS/ });
});

test('a server that goes silent is left after the idle time', async () => {
  await using registry = await FakeRegistry.start();
  registry.fail('HEAD', () => {}, 10);
  using t = testClient({ idleTimeoutMs: 20, retry: { attempts: 1 } });
  await assert.rejects(t.client.resolve(refAt(registry.host, 'a:1'), t.signal), { code: 'REGISTRY_UNREACHABLE', message: /no answer in time/ });
});
