import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeFixture } from '../harness/fixture.ts';
import { people } from '../harness/person.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

for (const name of people()) {
  describe(`twelve builds at once over one store as ${name}`, { skip: toolsMissing() ?? false }, () => {
    const asked: string[] = [];
    // A step tells this server that it runs.
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('ok');
    });
    let scene: Scene;
    before(async () => {
      scene = await openScene(name);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    after(async () => {
      server.close();
      await scene.close();
    });

    test('all succeed, and a step that several share runs once', async () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const tell = (step: string) => `wget -q -O /dev/null ${url}/${step}`;
      const builds = Array.from({ length: 12 }, async (_, i) => {
        const context = join(scene.person.folder, `context-${i}`);
        // All share the first step, each four share the second, the last is everyone's own.
        makeFixture(context, {
          Dockerfile: `FROM busybox\nCOPY same /same\nRUN ${tell('shared')} && echo shared >/shared\nRUN ${tell(`group-${i % 3}`)} && echo ${i % 3} >/group\nRUN ${tell(`own-${i}`)} && echo ${i} >/own\n`,
          same: 'the same everywhere\n',
        });
        scene.person.own(context);
        return scene.build(['-t', `${scene.registry.address}/together-${i}:1`, '--push', context]);
      });
      for (const result of await Promise.all(builds)) assert.equal(result.exitCode, 0, result.stderr);
      const expected = ['/shared', ...[0, 1, 2].map((i) => `/group-${i}`), ...Array.from({ length: 12 }, (_, i) => `/own-${i}`)];
      assert.deepEqual(asked.toSorted(), expected.toSorted());
    });
  });
}
