import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fixedCredentials, manifestOf, manifestType, refAt, testClient } from './client-setup.ts';
import { FakeRegistry } from './fake-registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'ossb-tls-'));
after(() => rmSync(folder, { recursive: true }));
const manifest = manifestOf('{}');

/** This machine under a name that is not known to be so. */
const stranger = '[::ffff:7f00:1]';

/** Self-signed, for that name; made with a tool, since Node makes none. */
function certificate(): { key: Buffer; cert: Buffer } | undefined {
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const names = `subjectAltName=IP:${stranger.slice(1, -1)}`;
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '2',
    '-subj',
    '/CN=test',
    '-addext',
    names,
  ]);
  return made.status === 0 ? { key: readFileSync(key), cert: readFileSync(cert) } : undefined;
}

const tls = certificate();
const skip = tls ? false : 'needs openssl';

test('a registry on this machine may speak HTTPS with any certificate', { skip }, async () => {
  await using registry = await FakeRegistry.start({ tls: tls! });
  registry.addManifest('a', '1', manifest, manifestType);
  using t = testClient();
  await t.client.resolve(refAt(registry.host, 'a:1'), t.signal);
  await t.client.fetchManifest(refAt(registry.host, 'a:1'), t.signal);
});

test('a certificate must be trusted elsewhere: by a folder as docker has them, or by a file', { skip }, async () => {
  await using registry = await FakeRegistry.start({ tls: tls! });
  registry.addManifest('a', '1', manifest, manifestType);
  const host = registry.host.replace('127.0.0.1', stranger);
  const ref = { registry: host, repository: 'a', tag: '1' };
  using t = testClient();
  await assert.rejects(t.client.resolve(ref, t.signal), { code: 'REGISTRY_TLS', family: 'network', hint: /certs\.d/ });
  const certificates = join(folder, 'certs.d', host);
  mkdirSync(certificates, { recursive: true });
  writeFileSync(join(certificates, 'ca.crt'), tls!.cert);
  using byFolder = testClient({ certificateFolders: [join(folder, 'certs.d')] });
  await byFolder.client.resolve(ref, byFolder.signal);
  using byFile = testClient({ caFiles: [join(folder, 'cert.pem')] });
  await byFile.client.resolve(ref, byFile.signal);
  using missing = testClient({ caFiles: [join(folder, 'none.pem')] });
  await assert.rejects(missing.client.resolve(ref, missing.signal), { code: 'CERTIFICATE_UNREADABLE', message: /none\.pem/ });
  using insecure = testClient({ insecure: [host] });
  await insecure.client.resolve(ref, insecure.signal);
});

test('a token server without encryption gets no credentials of a registry with it', { skip }, async () => {
  await using tokens = await FakeRegistry.start();
  const auth = { kind: 'token', username: 'u', password: 'p', anonymous: 'nothing', realm: `http://${tokens.host}/token` } as const;
  await using registry = await FakeRegistry.start({ tls: tls!, auth });
  registry.addManifest('a', '1', manifest, manifestType);
  // not even where the host may do without a certificate that is trusted
  for (const host of [registry.host, registry.host.replace('127.0.0.1', stranger)]) {
    const credentials = [fixedCredentials('test', { [host]: { kind: 'basic', username: 'u', password: 'p' } })];
    using t = testClient({ caFiles: [join(folder, 'cert.pem')], credentials });
    await assert.rejects(t.client.resolve({ registry: host, repository: 'a', tag: '1' }, t.signal), {
      code: 'REGISTRY_PROTOCOL',
      message: /without encryption/,
    });
  }
  assert.deepEqual(tokens.log, []);
});

test('a host that speaks plain HTTP is refused unless it is named as insecure', async () => {
  await using registry = await FakeRegistry.start();
  registry.addManifest('a', '1', manifest, manifestType);
  const host = registry.host.replace('127.0.0.1', stranger);
  const ref = { registry: host, repository: 'a', tag: '1' };
  using t = testClient();
  await assert.rejects(t.client.resolve(ref, t.signal), { code: 'REGISTRY_TLS', message: /speaks plain HTTP/, hint: /insecure/ });
  using insecure = testClient({ insecure: [host] });
  await insecure.client.resolve(ref, insecure.signal);
  using mirrored = testClient({ mirrors: { 'docker.io': [`http://${host}`] } });
  registry.addManifest('library/b', '1', manifest, manifestType);
  await mirrored.client.resolve({ registry: 'docker.io', repository: 'library/b', tag: '1' }, mirrored.signal);
});
