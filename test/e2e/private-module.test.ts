import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startGitServer } from '../../scripts/local/git-server.ts';
import type { GitServer } from '../../scripts/local/git-server.ts';
import { pullBundle, runBundle } from '../../scripts/local/run-image.ts';
import { flatten } from '../harness/flatten.ts';
import { readImage, registryBlobs } from '../harness/oci-image.ts';
import type { Descriptor, OciImage } from '../harness/oci-image.ts';
import { repositoryFolder } from '../harness/ossb.ts';
import { people } from '../harness/person.ts';
import { filesWith, hasNeedle, needlesOf } from '../harness/search.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

const machines: Readonly<Record<string, number>> = { amd64: 0x3e, arm64: 0xb7 };

for (const name of people()) {
  describe(`examples/private-module as ${name}`, { skip: toolsMissing() ?? false }, () => {
    const logs: string[] = [];
    let scene: Scene;
    let context: string;
    let git: GitServer;
    let reference: string;
    let image: OciImage;
    let key: string;

    before(async () => {
      scene = await openScene(name);
      git = await startGitServer(join(scene.folder, 'git-server'), { 'platform/ledger.git': join(repositoryFolder, 'examples/private-module/ledger') });
      context = scene.example('private-module');
      writeFileSync(join(context, 'known_hosts'), git.knownHost);
      key = join(scene.person.folder, 'deploy_key');
      copyFileSync(git.deployKey, key);
      scene.person.own(key);
      reference = `${scene.registry.address}/statement:1`;
    });
    after(async () => {
      await git.close();
      await scene.close();
    });

    const build = async (...more: readonly string[]) => {
      const result = await scene.build(['--build-arg', `GIT_URL=${git.url}`, '--secret', `id=ssh_key,src=${key}`, '-t', reference, '--push', ...more, context]);
      logs.push(result.stdout, result.stderr);
      return result;
    };

    test('fetches the module with the deploy key and builds for two platforms', async () => {
      const result = await build('--platform', 'linux/amd64,linux/arm64');
      assert.equal(result.exitCode, 0, result.stderr);
      assert.ok(git.logins() > 0, 'the module came over ssh');
      const { resolve, blob } = registryBlobs(scene.registry.address, 'statement');
      const digest = await resolve('1');
      const index = JSON.parse((await blob(digest)).toString()) as { manifests: Descriptor[] };
      assert.deepEqual(index.manifests.map((m) => `${m.platform?.os}/${m.platform?.architecture}`).toSorted(), ['linux/amd64', 'linux/arm64']);
      for (const [architecture, machine] of Object.entries(machines)) {
        const one = await readImage(digest, blob, `linux/${architecture}`);
        assert.equal(one.config['architecture'], architecture);
        const binary = flatten(one.layers).get('statement')!.content;
        assert.equal(binary.readUInt16LE(18), machine, `the binary is one of ${architecture}`);
        if (architecture === (process.arch === 'arm64' ? 'arm64' : 'amd64')) image = one;
      }
    });

    test('the image is two files, run as 65532', () => {
      const tree = flatten(image.layers);
      const files = [...tree].filter(([, entry]) => entry.type !== 'dir').map(([path]) => path);
      assert.deepEqual(files, ['etc/ssl/certs/ca-certificates.crt', 'statement']);
      assert.equal(tree.get('statement')!.mode, '755');
      const config = image.config['config'] as Record<string, unknown>;
      assert.deepEqual([config['User'], config['Entrypoint'], config['Cmd']], ['65532:65532', ['/statement'], undefined]);
      const history = image.config['history'] as { created_by: string }[];
      assert.equal(
        history.some((step) => step.created_by.includes('GIT_URL')),
        false,
        'the final stage knows nothing of the build stage',
      );
    });

    test('pulled by skopeo and unpacked by umoci, it runs and adds up', async () => {
      const bundle = pullBundle(reference, join(scene.folder, 'pulled'));
      const running = runBundle(bundle, [], undefined, '{"account":"cash","amount":150,"currency":"EUR"}\n');
      assert.equal(await running.exited, 0, running.output());
      assert.equal(running.output(), 'cash  1.50  EUR\n');
    });

    test('a changed source downloads no module again', async () => {
      const before = git.logins();
      appendFileSync(join(context, 'main.go'), '\n// a change\n');
      const result = await build();
      assert.equal(result.exitCode, 0, result.stderr);
      assert.equal(git.logins(), before);
      assert.match(result.stderr, /go mod download\n#\d+ CACHED/);
    });

    test('the cache mount has the modules even where the download step runs again', async () => {
      const before = git.logins();
      appendFileSync(join(context, 'go.mod'), '\n// a change\n');
      const result = await build();
      assert.equal(result.exitCode, 0, result.stderr);
      assert.doesNotMatch(result.stderr, /go mod download\n#\d+ CACHED/);
      assert.equal(git.logins(), before);
    });

    test('the deploy key is nowhere: not in the image, the store or the output', () => {
      const needles = needlesOf(readFileSync(git.deployKey));
      assert.deepEqual(filesWith(scene.store, needles), []);
      assert.deepEqual(filesWith(join(scene.folder, 'registry/data'), needles), []);
      assert.equal(
        logs.some((log) => hasNeedle(Buffer.from(log), needles)),
        false,
      );
    });
  });
}
