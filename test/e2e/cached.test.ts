import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from '../../src/index.ts';
import type { BuildEvent, BuildRequest, BuildResult } from '../../src/index.ts';
import { makeFixture } from '../harness/fixture.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';
import { people } from '../harness/person.ts';

// The library is called in this process, so as the user that runs the tests.
describe('a build that is fully cached', { skip: toolsMissing() ?? false }, () => {
  let scene: Scene;
  let request: BuildRequest;
  before(async () => {
    scene = await openScene(people()[0]!);
    const context = join(scene.person.folder, 'context');
    makeFixture(context, {
      'a.txt': 'a\n',
      Dockerfile: 'FROM debian:12 AS build\nCOPY a.txt /a\nRUN wc -c /a >/size\nFROM alpine:3.19\nWORKDIR /w\nCOPY --from=build /size .\nRUN cat size >again\n',
    });
    request = {
      context: { kind: 'dir', path: context },
      root: scene.store,
      network: 'host',
      registryMirrors: { 'docker.io': [scene.bases.address] },
      outputs: [{ kind: 'image', names: [`${scene.registry.address}/cached:1`], push: true }],
    };
  });
  after(() => scene.close());

  test('starts no worker and no container, unpacks, downloads and uploads nothing, and gives the same image', async () => {
    const first = await collect(request);
    assert.ok(first.activities.includes('container') && first.activities.includes('worker'), `seen: ${first.activities.join(' ')}`);
    const second = await collect(request);
    assert.deepEqual(second.activities, []);
    assert.equal(second.result.image?.digest, first.result.image?.digest);
    const ran = second.events.filter((event) => event.kind === 'log');
    assert.deepEqual(ran, []);
  });

  test('a changed file runs again only what it decides', async () => {
    writeFileSync(join(scene.person.folder, 'context/a.txt'), 'b\n');
    // Two bytes as before: the copy and the count run, and give what they gave, so all that follows is cached.
    const { events } = await collect(request);
    const names = new Map(events.flatMap((event) => (event.kind === 'step' ? [[event.vertex, event.name]] : [])));
    const cached = events.flatMap((event) => (event.kind === 'cached' ? [names.get(event.vertex)!] : []));
    assert.ok(
      cached.some((name) => name.includes('cat size')),
      `cached: ${cached.join(', ')}`,
    );
    assert.ok(!cached.some((name) => name.includes('wc -c')));
  });
});

async function collect(
  request: BuildRequest,
): Promise<{ readonly events: readonly BuildEvent[]; readonly activities: readonly string[]; readonly result: BuildResult }> {
  const running = build(request);
  const events: BuildEvent[] = [];
  for await (const event of running) events.push(event);
  const result = await running.result;
  return { events, activities: events.flatMap((event) => (event.kind === 'activity' ? [event.activity] : [])), result };
}
