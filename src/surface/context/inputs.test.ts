import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { BuildError } from '../../core/errors.ts';
import { maxDockerfileBytes } from '../../language/dockerfile/index.ts';
import { checkContextFolder, readDockerfile, readIgnoreFile } from './inputs.ts';
import { secretReader } from '../../sources/secrets/index.ts';
import { readSettings } from '../request/index.ts';
import { StandardInput } from './standard-input.ts';

function scene(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-inputs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const context = { kind: 'dir', path: folder } as const;
  const settings = { ...readSettings({}, undefined), cwd: folder, env: { EMPTY: '' } };
  const stdin = new StandardInput(async function* endless() {
    for (;;) yield await Promise.resolve(Buffer.alloc(1024 * 1024));
  }, new AbortController().signal);
  const read = (file?: string) => readDockerfile({ context, ...(file === undefined ? {} : { file }) }, folder, settings, stdin);
  return { folder, settings, read, ignore: () => readIgnoreFile({}, folder, settings) };
}

const failsWith = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof BuildError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.ok((error.hint ?? '').length > 0);
  return true;
};

test('readDockerfile: dockerfile stands in for Dockerfile, also where -f names that', async (t) => {
  const { folder, read } = scene(t);
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'dockerfile'), 'lower');
  writeFileSync(join(folder, 'sub/dockerfile'), 'sub');
  for (const [file, text] of [
    [undefined, 'lower'],
    ['Dockerfile', 'lower'],
    ['sub/Dockerfile', 'sub'],
  ] as const)
    assert.equal(Buffer.from((await read(file)).text).toString(), text);
  await assert.rejects(read('DOCKERFILE'), failsWith('DOCKERFILE_MISSING', /there is no DOCKERFILE/));
  writeFileSync(join(folder, 'Dockerfile'), 'upper');
  await assert.rejects(read('nope'), { code: 'DOCKERFILE_MISSING', hint: /without -f/ });
  assert.equal(Buffer.from((await read('Dockerfile')).text).toString(), 'upper');
});

test('readDockerfile: a folder, a dangling link, a loop, a file without end and one that is too long are named', async (t) => {
  const { folder, read } = scene(t);
  mkdirSync(join(folder, 'dir'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('loop', join(folder, 'loop'));
  writeFileSync(join(folder, 'long'), '');
  truncateSync(join(folder, 'long'), maxDockerfileBytes + 1);
  await assert.rejects(read('dir'), failsWith('DOCKERFILE_UNREADABLE', /dir is a folder/));
  await assert.rejects(read('dangling'), failsWith('DOCKERFILE_UNREADABLE', /dangling is not there, or is a symlink/));
  await assert.rejects(read('loop'), failsWith('DOCKERFILE_UNREADABLE', /loop is a symlink that leads back/));
  await assert.rejects(read('long'), failsWith('DOCKERFILE_UNREADABLE', /more than 16777216 bytes/));
  await assert.rejects(read('/dev/zero'), failsWith('DOCKERFILE_UNREADABLE', /more than 16777216 bytes/));
  await assert.rejects(read('long/x'), failsWith('DOCKERFILE_MISSING', /there is no long\/x/));
  await assert.rejects(read('-'), (error) => error instanceof BuildError && error.code === 'DOCKERFILE_UNREADABLE');
});

test('readIgnoreFile: a folder and a link that leads nowhere are no ignore files, one without end is an error', (t) => {
  const { folder, ignore } = scene(t);
  const path = join(folder, '.dockerignore');
  mkdirSync(path);
  assert.equal(ignore(), undefined);
  rmSync(path, { recursive: true });
  symlinkSync('nowhere', path);
  assert.equal(ignore(), undefined);
  rmSync(path);
  symlinkSync('/dev/zero', path);
  assert.throws(ignore, failsWith('CONTEXT_INVALID', /has more than/));
});

test('checkContextFolder: a link that leads back to itself', (t) => {
  const { folder } = scene(t);
  symlinkSync('loop', join(folder, 'loop'));
  assert.throws(() => checkContextFolder(join(folder, 'loop')), failsWith('CONTEXT_INVALID', /leads back to itself/));
});

test('secretReader: what cannot be read or is too long is named, and a variable that is not set is an empty secret', async (t) => {
  const { folder, settings } = scene(t);
  symlinkSync('loop', join(folder, 'loop'));
  writeFileSync(join(folder, 'long'), 'x'.repeat(500 * 1024 + 1));
  writeFileSync(join(folder, 'limit'), 'x'.repeat(500 * 1024));
  const file = (path: string) => secretReader({ a: { kind: 'file', path } }, settings);
  assert.throws(() => file('loop'), failsWith('SECRET_UNREADABLE', /leads back to itself/));
  assert.throws(() => file('long'), failsWith('SECRET_UNREADABLE', /more than 512000 bytes/));
  assert.throws(() => file('.'), failsWith('SECRET_UNREADABLE', /is a folder/));
  await assert.rejects(file('/dev/zero')('a'), failsWith('SECRET_UNREADABLE', /more than 512000 bytes/));
  assert.equal((await file('limit')('a'))?.length, 500 * 1024);
  assert.equal((await secretReader({ a: { kind: 'env', name: 'UNSET' } }, settings)('a'))?.length, 0);
});
