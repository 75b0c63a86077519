import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, parseReference } from '../../core/oci/index.ts';
import { blobOf, manifestOf, manifestType, refAt, testClient } from './client-setup.ts';
import { end, FakeRegistry } from './fake-registry.ts';
import { endpointsOf } from './mirrors.ts';

const manifest = manifestOf('{}');

for (const [mirror, expected] of [
  ['mirror.io', { host: 'mirror.io', scheme: undefined, repository: 'library/alpine' }],
  ['localhost:5000/hub/', { host: 'localhost:5000', scheme: undefined, repository: 'hub/library/alpine' }],
  ['http://10.0.0.1:80', { host: '10.0.0.1:80', scheme: 'http', repository: 'library/alpine' }],
  ['https://m.io/v2', { host: 'm.io', scheme: 'https', repository: 'library/alpine' }],
  ['[::1]:5000', { host: '[::1]:5000', scheme: undefined, repository: 'library/alpine' }],
] as const) {
  test(`endpointsOf takes mirror ${mirror}, then the registry itself`, () => {
    const origin = { host: 'registry-1.docker.io', scheme: undefined, repository: 'library/alpine', isMirror: false };
    assert.deepEqual(endpointsOf(parseReference('alpine'), { 'docker.io': [mirror] }), [{ ...expected, isMirror: true }, origin]);
  });
}

test('endpointsOf refuses what is no mirror', () => {
  for (const mirror of ['', 'ftp://x', 'a b', 'host/UPPER', 'user:pw@host']) {
    assert.throws(() => endpointsOf(parseReference('alpine'), { 'docker.io': [mirror] }), { code: 'MIRROR_INVALID' });
  }
});

test('a mirror is asked first, and the registry where the mirror has not the image', async () => {
  await using mirror = await FakeRegistry.start();
  await using origin = await FakeRegistry.start();
  mirror.addManifest('cache/a', '1', manifest, manifestType);
  origin.addManifest('a', '2', manifest, manifestType);
  using t = testClient({ mirrors: { [origin.host]: [`${mirror.host}/cache`] } });
  await t.client.resolve(refAt(origin.host, 'a:1'), t.signal);
  assert.equal(origin.log.length, 0);
  assert.equal((await t.client.resolve(refAt(origin.host, 'a:2'), t.signal)).digest, digestOf(manifest));
  await assert.rejects(t.client.resolve(refAt(origin.host, 'a:1'), t.signal, { mirrors: false }), { code: 'MANIFEST_UNKNOWN' });
  assert.equal(mirror.log.length, 2);
});

test('a mirror that is down or sends wrong bytes is passed over; nothing is pushed to it', async () => {
  const gone = await FakeRegistry.start();
  const { host } = gone;
  await gone[Symbol.asyncDispose]();
  await using broken = await FakeRegistry.start();
  await using origin = await FakeRegistry.start();
  origin.blobs.set(blobOf('abc').digest, Buffer.from('abc'));
  broken.fail('GET', (_, res) => end(res, 200, {}, Buffer.from('abd')), 10);
  using t = testClient({ mirrors: { [origin.host]: [host, broken.host] } });
  const ref = refAt(origin.host, 'a:1');
  await t.client.pullBlob(ref, blobOf('abc'), t.store.blobs, { signal: t.signal });
  assert.equal(t.store.blobs.read(blobOf('abc').digest).toString(), 'abc');
  assert.equal(broken.log.length, 2);
  await t.client.pushManifest(ref, manifest, manifestType, t.signal);
  assert.ok(origin.manifests.has('a:1'));
});

test('what all places said is in the error, led by the answer that settles it', async () => {
  await using empty = await FakeRegistry.start();
  await using broken = await FakeRegistry.start();
  await using origin = await FakeRegistry.start();
  const stopped = await FakeRegistry.start();
  const gone = stopped.host;
  await stopped[Symbol.asyncDispose]();
  const nowhere = 'no-such-host.invalid';
  for (const [registry, mirrors, expected] of [
    [
      nowhere,
      [empty.host],
      { code: 'MANIFEST_UNKNOWN', retryable: false, message: /^Cannot resolve \S+: [\d.:]+ has no such .*; .*no host of this name .*ENOTFOUND/ },
    ],
    [gone, [empty.host], { code: 'MANIFEST_UNKNOWN', retryable: false, message: /has no such .*; the connection was refused/ }],
    [
      nowhere,
      [broken.host, empty.host],
      { code: 'MANIFEST_UNKNOWN', retryable: false, message: /^Cannot resolve \S+: \S+ has no such .*answered 503.*ENOTFOUND/ },
    ],
    [nowhere, [broken.host], { code: 'REGISTRY_UNREACHABLE', retryable: true, message: /ENOTFOUND.*answered 503/ }],
    [nowhere, [gone], { code: 'REGISTRY_UNREACHABLE', retryable: true, message: /ENOTFOUND.*ECONNREFUSED/ }],
    [origin.host, [broken.host], { code: 'MANIFEST_UNKNOWN', retryable: false, message: /^Cannot resolve \S+: \S+ has no such .*answered 503/ }],
  ] as const) {
    broken.fail('HEAD', (_, res) => end(res, 503), 100);
    broken.fail('GET', (_, res) => end(res, 503), 100);
    using t = testClient({ mirrors: { [registry]: mirrors } });
    await assert.rejects(t.client.resolve(parseReference(`${registry}/a:1`), t.signal), expected, `${registry} ${mirrors.join(' ')}`);
  }
});
