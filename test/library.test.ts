import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, BuildError, listImages, type Build, type BuildEvent, type BuildRequest, type BuildResult } from '../src/index.ts';

test('build: the library gives events and a typed result, and lets go of the store', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-library-'));
  try {
    const request: BuildRequest = {
      context: { kind: 'dir', path: folder },
      dockerfileText: 'FROM scratch\nENV A=b\n',
      tags: ['app'],
      root: join(folder, 'store'),
    };
    const running: Build = build(request);
    const events: BuildEvent[] = [];
    for await (const event of running) events.push(event);
    const result: BuildResult = await running.result;
    assert.deepEqual(result.image?.names, ['docker.io/library/app:latest']);
    assert.ok(events.some((event) => event.kind === 'done'));
    assert.equal((await listImages(request.root)).length, 1);
    const open = readdirSync('/proc/self/fd', { withFileTypes: true }).filter(({ name }) => linkOf(name).startsWith(folder));
    assert.deepEqual(open, [], 'no file of the store is open');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('build: whoever leaves the events still gets the result, and an aborted signal its reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-library-'));
  try {
    const request: BuildRequest = { context: { kind: 'dir', path: folder }, dockerfileText: 'FROM scratch\nENV A=b\n', root: join(folder, 'store') };
    const running = build(request);
    for await (const _event of running) break;
    assert.match((await running.result).image?.digest ?? '', /^sha256:/);
    await assert.rejects(build(request, AbortSignal.abort(new Error('enough'))).result, /enough/);
    await assert.rejects(build({ ...request, dockerfileText: '' }).result, (error) => error instanceof BuildError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function linkOf(fd: string): string {
  try {
    return process.getBuiltinModule('node:fs').readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
