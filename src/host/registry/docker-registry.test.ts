import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { findTool } from '../../../scripts/local/tool.ts';
import { HttpClient } from '../http/index.ts';
import { digestOf, mediaTypes } from '../../core/oci/index.ts';
import { fixedCredentials, blobOf, refAt, testClient } from './client-setup.ts';
import { RegistryHost } from './host.ts';
import { openUpload, uploadChunked } from './push-blob.ts';

/** The reference registry as partner, skopeo and crane as judges: what they see must be what we pushed. */
const folder = mkdtempSync(join(tmpdir(), 'ossb-docker-registry-'));
after(() => rmSync(folder, { recursive: true }));
const program = findTool('docker-registry');
const skip = program ? false : 'docker-registry is missing: run scripts/setup';

const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf('layer')] } });
const layer = { ...blobOf('layer'), mediaType: mediaTypes.ociLayer };
const manifest = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: { ...blobOf(config), mediaType: mediaTypes.ociConfig }, layers: [layer] }),
);

test('what is pushed to docker-registry is what skopeo and crane see, and what is pulled back', { skip }, async (t) => {
  await using registry = await start();
  using own = testClient();
  const { client, store, signal } = own;
  const ref = refAt(registry.host, 'some/app:1');
  for (const bytes of ['layer', config]) {
    store.blobs.put(bytes);
    await client.pushBlob(ref, blobOf(bytes), store.blobs, { signal });
  }
  const descriptor = await client.pushManifest(ref, manifest, mediaTypes.ociManifest, signal);
  assert.deepEqual(await client.resolve(ref, signal), descriptor);
  assert.deepEqual((await client.fetchManifest({ ...ref, digest: descriptor.digest }, signal)).bytes, manifest);
  using other = testClient();
  await other.client.pullBlob(ref, layer, other.store.blobs, { signal });
  assert.equal(other.store.blobs.read(layer.digest).toString(), 'layer');

  const copy = refAt(registry.host, 'other/app:2');
  assert.equal(await client.mountBlob(copy, layer.digest, 'some/app', signal), true);
  await client.pushBlob(copy, blobOf(config), store.blobs, { signal, mountFrom: 'some/app' });
  await client.pushManifest(copy, manifest, mediaTypes.ociManifest, signal);

  await assert.rejects(client.resolve(refAt(registry.host, 'some/app:none'), signal), { code: 'MANIFEST_UNKNOWN' });
  await assert.rejects(client.fetchManifest(refAt(registry.host, 'none:1'), signal), (error: { code?: string }) =>
    /^(NAME|MANIFEST)_UNKNOWN$/.test(error.code ?? ''),
  );
  await assert.rejects(client.pullBlob(ref, blobOf('none'), store.blobs, { signal }), { code: 'BLOB_UNKNOWN' });

  for (const [tool, args] of [
    ['skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/other/app:2`]],
    ['crane', ['manifest', '--insecure', `${registry.host}/other/app:2`]],
  ] as const) {
    const seen = run(tool, args);
    if (seen === undefined) t.diagnostic(`${tool} is not here`);
    else assert.equal(seen.trim(), manifest.toString());
  }
});

test('docker-registry takes a blob in chunks', { skip }, async () => {
  await using registry = await start();
  using own = testClient();
  const { client, store, signal } = own;
  const http = new HttpClient({ userAgent: 'ossb/test' });
  const host = new RegistryHost({ host: registry.host, scheme: 'http', insecure: true, http, sources: [] });
  const target = { host, repository: 'big' };
  const bytes = Buffer.from(Array.from({ length: (5 << 20) / 2 }, (_, i) => (i * 13) % 253));
  store.blobs.put(bytes);
  const session = await openUpload(target, 'big', undefined, signal);
  await uploadChunked(target, 'big', session!, blobOf(bytes), store.blobs, 1 << 20, () => {}, signal);
  store.blobs.delete(blobOf(bytes).digest);
  await client.pullBlob(refAt(registry.host, 'big:1'), blobOf(bytes), store.blobs, { signal });
  assert.deepEqual(store.blobs.read(blobOf(bytes).digest), bytes);
  http.close();
});

test('docker-registry with htpasswd lets the right password in only', { skip }, async () => {
  // crypt("secret") with bcrypt.
  const htpasswd = join(folder, 'htpasswd');
  writeFileSync(htpasswd, 'ossb:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n');
  await using registry = await start({ REGISTRY_AUTH: 'htpasswd', REGISTRY_AUTH_HTPASSWD_REALM: 'test', REGISTRY_AUTH_HTPASSWD_PATH: htpasswd });
  const ref = refAt(registry.host, 'private:1');
  const login = (password: string) =>
    testClient({ credentials: [fixedCredentials('the test', { [registry.host]: { kind: 'basic', username: 'ossb', password } })] });
  using good = login('secret');
  good.store.blobs.put(config);
  await good.client.pushBlob(ref, blobOf(config), good.store.blobs, { signal: good.signal });
  using bad = login('wrong');
  await assert.rejects(bad.client.resolve(ref, bad.signal), { code: 'UNAUTHORIZED', family: 'authentication', message: /the credentials from the test/ });
  using nobody = testClient();
  await assert.rejects(nobody.client.resolve(ref, nobody.signal), { code: 'UNAUTHORIZED', hint: /docker login/ });
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<AsyncDisposable & { readonly host: string }> {
  const root = mkdtempSync(join(folder, 'data-'));
  const file = join(root, 'config.yml');
  writeFileSync(file, `version: 0.1\nlog: {level: info, formatter: json}\nstorage: {filesystem: {rootdirectory: ${root}/data}}\nhttp: {addr: "127.0.0.1:0"}\n`);
  const child = spawn(program!, ['serve', file], { env: { ...process.env, ...env, OTEL_TRACES_EXPORTER: 'none' }, stdio: ['ignore', 'ignore', 'pipe'] });
  let host: string | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (host !== undefined) break;
  }
  child.stderr.resume();
  assert.ok(host !== undefined, 'docker-registry did not start');
  return {
    host,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Output of a judge, or undefined where it is not here. */
function run(tool: string, args: readonly string[]): string | undefined {
  const path = findTool(tool);
  return path === undefined ? undefined : execFileSync(path, args, { encoding: 'utf8' });
}
