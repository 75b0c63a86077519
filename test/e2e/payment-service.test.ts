import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../scripts/local/free-port.ts';
import { pullBundle, runBundle } from '../../scripts/local/run-image.ts';
import { flatten } from '../harness/flatten.ts';
import { readImage, registryBlobs } from '../harness/oci-image.ts';
import type { OciImage } from '../harness/oci-image.ts';
import { people } from '../harness/person.ts';
import { filesWith, hasNeedle, needlesOf } from '../harness/search.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

for (const name of people()) {
  describe(`examples/payment-service as ${name}`, { skip: toolsMissing() ?? false }, () => {
    const secret = Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const logs: string[] = [];
    let scene: Scene;
    let context: string;
    let image: OciImage;
    let base: OciImage;
    let reference: string;

    before(async () => {
      scene = await openScene(name);
      context = scene.example('payment-service');
      writeFileSync(join(scene.person.folder, 'api_key.pem'), secret, { mode: 0o600 });
      scene.person.own(join(scene.person.folder, 'api_key.pem'));
      reference = `${scene.registry.address}/payment-service:1`;
    });
    after(() => scene.close());

    const flags = () => ['--secret', `id=api_key,src=${join(scene.person.folder, 'api_key.pem')}`, '-t', reference, '--push'];

    // It compiles all that the tests need before they fail, so once is enough.
    if (name === people()[0]) {
      test('without the secret the tests fail, and nothing is pushed', async () => {
        const result = await scene.build(['-t', reference, '--push', context]);
        logs.push(result.stdout, result.stderr);
        assert.equal(result.exitCode, 1);
        assert.match(result.stderr, /FAIL\s+example\.com\/payment-service\/internal\/processor/);
        assert.match(result.stderr, />>> RUN --mount=type=secret,id=api_key/);
        assert.equal((await fetch(`http://${scene.registry.address}/v2/payment-service/manifests/1`)).status, 404);
      });
    }

    test('builds, tests with the secret, and pushes', async () => {
      const metadata = join(scene.person.folder, 'metadata.json');
      const result = await scene.build([...flags(), '--metadata-file', metadata, context]);
      logs.push(result.stdout, result.stderr);
      assert.equal(result.exitCode, 0, result.stderr);
      assert.match(result.stderr, /ok\s+example\.com\/payment-service\/internal\/processor/);
      const { resolve, blob } = registryBlobs(scene.registry.address, 'payment-service');
      const digest = await resolve('1');
      const told = JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, unknown>;
      assert.equal(told['containerimage.digest'], digest);
      image = await readImage(digest, blob);
      const bases = registryBlobs(scene.bases.address, 'library/alpine');
      base = await readImage(await bases.resolve('3.19'), bases.blob, `linux/${String(image.config['architecture'])}`);
    });

    test('the image is alpine and the binary, with the config of the Dockerfile', () => {
      const tree = flatten(image.layers);
      const added = [...tree.keys()].filter((path) => !flatten(base.layers).has(path));
      assert.deepEqual(added, ['usr/local', 'usr/local/bin', 'usr/local/bin/payment-service']);
      const binary = tree.get('usr/local/bin/payment-service')!;
      assert.deepEqual([binary.type, binary.mode, binary.owner], ['file', '755', '0:0']);
      const baseEnv = (base.config['config'] as { Env: string[] }).Env;
      assert.deepEqual(image.config['config'], {
        ArgsEscaped: true,
        Cmd: ['/usr/local/bin/payment-service'],
        Env: baseEnv,
        ExposedPorts: { '8080/tcp': {} },
      });
      assert.equal(image.config['os'], 'linux');
    });

    test('skopeo pulls it, umoci unpacks it, crun runs it, and it takes a payment', async () => {
      const bundle = pullBundle(reference, join(scene.folder, `pulled-${name.length}`));
      const port = await freePort();
      const running = runBundle(bundle, [`LISTEN=127.0.0.1:${port}`]);
      try {
        const url = `http://127.0.0.1:${port}`;
        await answering(`${url}/healthz`, running.output);
        const created = await fetch(`${url}/payments`, { method: 'POST', body: '{"amount":1250,"currency":"EUR"}' });
        assert.equal(created.status, 201);
        const payment = (await created.json()) as { status: string };
        assert.equal(payment.status, 'approved');
      } finally {
        await running.stop();
      }
    });

    test('the secret is nowhere: not in the image, the store or the output', () => {
      const needles = needlesOf(secret);
      const planted = join(scene.folder, 'planted');
      mkdirSync(planted);
      writeFileSync(join(planted, 'found'), gzipSync(Buffer.concat([Buffer.from('noise'), secret])));
      assert.equal(filesWith(planted, needles).length, 1, 'the search itself works');
      assert.deepEqual(filesWith(scene.store, needles), []);
      assert.deepEqual(filesWith(join(scene.folder, 'registry/data'), needles), []);
      assert.equal(
        logs.some((log) => hasNeedle(Buffer.from(log), needles)),
        false,
      );
    });

    test('a second build is cached whatever the secret is, and gives the same image', async () => {
      const { resolve } = registryBlobs(scene.registry.address, 'payment-service');
      writeFileSync(join(scene.person.folder, 'api_key.pem'), generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const result = await scene.build([...flags(), context]);
      assert.equal(result.exitCode, 0, result.stderr);
      assert.equal(await resolve('1'), image.digest);
      assert.doesNotMatch(result.stderr, /internal\/processor\s+\d/);
    });
  });
}

async function answering(url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer; the service said:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
