import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCommand } from '../harness/command.ts';
import type { CommandResult } from '../harness/command.ts';
import { makeFixture } from '../harness/fixture.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

const missing = toolsMissing() ?? (process.getuid?.() === 0 ? false : 'root decides which ids the ordinary user has');

/*
 * One store under several mappings of ids, in every order: the owners that a step sees, and those in its layer, are those of the mapping that it runs under, cached or not.
 */
describe('a store under several mappings of ids', { skip: missing }, () => {
  let scene: Scene;
  let context: string;
  before(async () => {
    scene = await openScene('an ordinary user');
    context = join(scene.person.folder, 'context');
    makeFixture(context, {
      Dockerfile: [
        'FROM alpine:3.19',
        'COPY --chown=5:5 Dockerfile /owned/',
        'RUN mkdir -p /d/e && touch /d/e/f && chown -R 5:5 /d; true',
        'RUN --mount=type=cache,target=/cache stat -c "%u:%g" /owned/Dockerfile >/seen; touch /cache/f; chgrp 42 /cache/f; stat -c "%u:%g" /cache/f >>/seen',
        '',
      ].join('\n'),
    });
    scene.person.own(context);
  });
  after(() => scene.close());

  type Mapping = 'all' | 'single' | 'other';

  /** With the ranges of /etc/subuid, with none, and with other ranges. */
  async function ossb(mapping: Mapping, args: readonly string[]): Promise<CommandResult> {
    const { person } = scene;
    const command = [...person.argv([person.program]), ...args];
    const { env } = person;
    if (mapping === 'all') return await runCommand(command, { env, cwd: person.folder });
    const ranges = join(scene.folder, 'ranges');
    writeFileSync(ranges, mapping === 'single' ? '' : 'ossb-test:700000:65536\n');
    const script = 'mount --bind "$0" /etc/subuid && mount --bind "$0" /etc/subgid && exec "$@"';
    return await runCommand(['unshare', '--mount', '/bin/sh', '-c', script, ranges, ...command], { env, cwd: person.folder });
  }

  async function build(mapping: Mapping): Promise<{ readonly seen: string; readonly stderr: string }> {
    const out = join(scene.person.folder, `out-${mapping}`);
    const flags = ['--root', scene.store, '--registry-mirror', `docker.io=${scene.bases.address}`, '--network', 'host', '--progress', 'plain'];
    const { exitCode, stderr } = await ossb(mapping, ['build', ...flags, '-o', out, context]);
    assert.equal(exitCode, 0, stderr);
    return { seen: readFileSync(join(out, 'seen'), 'utf8'), stderr };
  }

  test('each sees its own owners, in whichever order and cached', async () => {
    const owners = { all: '5:5\n0:42\n', other: '5:5\n0:42\n', single: '0:0\n0:0\n' };
    for (const mapping of ['single', 'all', 'single', 'other', 'all', 'single', 'other'] as const) {
      const { seen, stderr } = await build(mapping);
      assert.equal(seen, owners[mapping], `${mapping} ${stderr}`);
      const warnings = stderr.match(/single user id/g) ?? [];
      assert.equal(warnings.length, mapping === 'single' ? 1 : 0, stderr);
    }
  });

  test('prune removes what this mapping can, names the rest, and a build goes on', async () => {
    await build('all');
    await build('other');
    const first = await ossb('other', ['prune', '--force', '--all', '--root', scene.store]);
    assert.equal(first.exitCode, 1);
    assert.match(first.stderr, /Cannot remove \d+ folders?: files in them belong to user ids.*\n {2}\/.*\n/);
    assert.match(first.stderr, /Hint: Remove them as root/);
    assert.doesNotMatch(first.stderr, /fault of ossb| at /);
    assert.equal((await build('other')).seen, '5:5\n0:42\n');
    const second = await ossb('all', ['prune', '--force', '--all', '--root', scene.store]);
    assert.equal(second.exitCode, 1, 'those of the other range');
    const root = await runCommand([scene.person.program, 'prune', '--force', '--all', '--root', scene.store], { env: process.env });
    assert.equal(root.exitCode, 0, root.stderr);
    assert.deepEqual(readdirSync(join(scene.store, 'layers')), []);
  });

  test('root does not build in the store of a user', async () => {
    const { exitCode, stderr } = await runCommand([scene.person.program, 'build', '--root', scene.store, context], { env: process.env });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Cannot use the store in .*: it belongs to the user with id \d+/);
  });
});
