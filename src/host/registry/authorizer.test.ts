import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedCredentials, blobOf, manifestOf, manifestType, refAt, testClient } from './client-setup.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { RegistryError } from './error.ts';
import { FakeRegistry } from './fake-registry.ts';

const manifest = manifestOf('{}');
const user = { username: 'u', password: 'p' };
const good: Credentials = { kind: 'basic', ...user };
const bad: Credentials = { kind: 'basic', username: 'u', password: 'wrong-secret' };

function source(name: string, credentials: Credentials) {
  return { name, find: async () => credentials };
}

test('basic credentials are sent when asked for, and from then on at once', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'basic', ...user } });
  registry.addManifest('a', '1', manifest, manifestType);
  using t = testClient({ credentials: [fixedCredentials('test', { [registry.host]: good })] });
  await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
  await t.client.fetchManifest(refAt(registry.host, 'a:1'), t.signal);
  assert.deepEqual(registry.log, ['HEAD /v2/a/manifests/1', 'HEAD /v2/a/manifests/1', 'GET /v2/a/manifests/1']);
});

test('credential sources are tried in turn, and an error names those that were refused', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'basic', ...user } });
  registry.addManifest('a', '1', manifest, manifestType);
  using t = testClient({ credentials: [source('first', bad), source('second', good)] });
  await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
  using refused = testClient({ credentials: [source('first', bad), source('third', bad)] });
  await assert.rejects(refused.client.resolve(refAt(registry.host, 'a:1'), t.signal), (error: Error & { code?: string; family?: string }) => {
    assert.deepEqual([error.code, error.family], ['UNAUTHORIZED', 'authentication']);
    assert.match(error.message, /refused the credentials from first, third/);
    assert.ok(!error.message.includes('wrong-secret'));
    return true;
  });
  using none = testClient({ credentials: [fixedCredentials('the file', {})] });
  await assert.rejects(none.client.resolve(refAt(registry.host, 'a:1'), t.signal), { code: 'UNAUTHORIZED', message: /there are none for it in the file/ });
});

for (const [kind, credentials] of [
  ['a password', good],
  ['an identity token', { kind: 'identity', token: 'refresh' }],
] as const) {
  test(`a token got with ${kind} serves all requests of its scope`, async () => {
    await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, identityToken: 'refresh', anonymous: 'nothing' } });
    registry.blobs.set(blobOf('base').digest, Buffer.from('base'));
    using t = testClient({ credentials: [source('test', credentials)] });
    const ref = refAt(registry.host, 'a:1');
    t.store.blobs.put('{}');
    await t.client.pushBlob(ref, blobOf('{}'), t.store.blobs, { signal: t.signal });
    await t.client.pushManifest(ref, manifest, manifestType, t.signal);
    await t.client.resolve(ref, t.signal);
    const paths = registry.log.map((line) => line.split(/[?]/)[0]);
    const token = kind === 'a password' ? 'GET /token' : 'POST /token';
    const head = `HEAD /v2/a/blobs/${blobOf('{}').digest}`;
    assert.deepEqual(paths, [head, token, head, 'POST /v2/a/blobs/uploads/', 'PUT /v2/a/blobs/uploads/2', 'PUT /v2/a/manifests/1', 'HEAD /v2/a/manifests/1']);
    assert.equal(await t.client.mountBlob(ref, blobOf('base').digest, 'base', t.signal), true);
  });
}

test('a public repository is read without credentials, and with bad ones', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'pull' } });
  registry.addManifest('a', '1', manifest, manifestType);
  for (const credentials of [[], [source('test', bad)]]) {
    using t = testClient({ credentials });
    await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
    t.store.blobs.put('{}');
    await assert.rejects(t.client.pushBlob(refAt(registry.host, 'a:1'), blobOf('{}'), t.store.blobs, { signal: t.signal }), { code: 'UNAUTHORIZED' });
  }
});

test('credentials that are good, but not for this, are DENIED', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'nothing', rights: 'pull' } });
  using t = testClient({ credentials: [source('the file', good)] });
  await assert.rejects(t.client.pushManifest(refAt(registry.host, 'a:1'), manifest, manifestType, t.signal), {
    code: 'DENIED',
    family: 'authentication',
    message: /with the credentials from the file/,
  });
});

test('a token that ran out is got again with the same credentials', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'nothing' } });
  registry.addManifest('a', '1', manifest, manifestType);
  using t = testClient({ credentials: [source('test', good)] });
  for (let i = 0; i < 3; i++) {
    await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
    registry.forgetTokens();
  }
  assert.equal(registry.log.filter((line) => line.startsWith('GET /token')).length, 3);
});

test('requests at once share one token', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'nothing' } });
  registry.addManifest('a', '1', manifest, manifestType);
  using t = testClient({ credentials: [source('test', good)] });
  await Promise.all(Array.from({ length: 6 }, () => t.client.resolve(refAt(registry.host, 'a:1'), t.signal)));
  assert.equal(registry.log.filter((line) => line.startsWith('GET /token')).length, 1);
});

test('a scope that the host names besides ours is asked for', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'nothing', scope: 'repository:other/a:pull' } });
  registry.addManifest('a', '1', manifest, manifestType);
  using t = testClient({ credentials: [source('test', good)] });
  await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
});

test('a realm that is no URL is refused', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'nothing', realm: 'ftp://x/' } });
  using t = testClient({ credentials: [source('test', good)] });
  await assert.rejects(t.client.resolve(refAt(registry.host, 'a:1'), t.signal), { code: 'REGISTRY_PROTOCOL' });
});

test('a source that fails hinders nobody where none is needed, and is reported where one is', async () => {
  await using registry = await FakeRegistry.start({ auth: { kind: 'token', ...user, anonymous: 'pull' } });
  registry.addManifest('a', '1', manifest, manifestType);
  const failing: CredentialSource = {
    name: 'helper',
    find: async () => {
      throw new RegistryError('CREDENTIAL_HELPER_FAILED', 'Cannot get credentials: the helper is not installed', { family: 'authentication' });
    },
  };
  using t = testClient({ credentials: [failing] });
  await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
  await assert.rejects(t.client.pushManifest(refAt(registry.host, 'a:1'), manifest, manifestType, t.signal), {
    code: 'UNAUTHORIZED',
    hint: /the helper is not installed\. Log in/,
  });
});
