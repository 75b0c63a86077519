import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ExecutorError } from '../protocol/index.ts';
import { MountPoints } from './mount-points.ts';
import { makeFolders, resolveInRoot } from './root-path.ts';

const base = mkdtempSync(join(tmpdir(), 'ossb-root-path-'));
const root = join(base, 'root');
mkdirSync(join(root, 'usr/lib'), { recursive: true });
mkdirSync(join(base, 'outside'));
writeFileSync(join(base, 'outside', 'empty'), '');
symlinkSync('usr/lib', join(root, 'lib'));
symlinkSync('/lib/deep', join(root, 'absolute'));
symlinkSync('../../../../outside', join(root, 'escape'));
symlinkSync('loop2', join(root, 'loop1'));
symlinkSync('loop1', join(root, 'loop2'));
after(() => rmSync(base, { recursive: true }));

for (const [path, resolved] of [
  ['/', '/'],
  ['/usr/../lib/x', '/usr/lib/x'],
  ['/lib', '/usr/lib'],
  ['/absolute/y', '/usr/lib/deep/y'],
  ['/escape/empty', '/outside/empty'],
  ['/../../etc', '/etc'],
  ['relative//./x', '/relative/x'],
] as const) {
  test(`resolveInRoot takes ${path} to ${resolved}`, () => assert.equal(resolveInRoot(root, path), resolved));
}

test('resolveInRoot refuses a loop', () => {
  assert.throws(
    () => resolveInRoot(root, '/loop1/x'),
    (error) => error instanceof ExecutorError && error.code === 'EXEC_MOUNT',
  );
});

test('makeFolders tells what it made and refuses to go through a file', () => {
  assert.deepEqual(makeFolders(root, '/usr/share/doc', { uid: 0, gid: 0 }), ['/usr/share', '/usr/share/doc']);
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => makeFolders(root, '/file/x', { uid: 0, gid: 0 }), ExecutorError);
});

test('MountPoints takes away what it made and is still empty, and nothing else', () => {
  const points = new MountPoints(root);
  assert.equal(points.ensure('/lib/a/b', 'file'), '/usr/lib/a/b');
  points.ensure('/lib/c/d', 'dir');
  points.ensure('/usr', 'dir');
  assert.deepEqual(points.made, ['usr/lib/a', 'usr/lib/a/b', 'usr/lib/c', 'usr/lib/c/d']);
  writeFileSync(join(root, 'usr/lib/c/kept'), 'x');
  points.remove(root);
  assert.ok(!existsSync(join(root, 'usr/lib/a')));
  assert.ok(!existsSync(join(root, 'usr/lib/c/d')));
  assert.ok(existsSync(join(root, 'usr/lib/c/kept')));
});

test('MountPoints follows no symlink that a step put in its way', () => {
  const points = new MountPoints(root);
  points.ensure('/trap/empty', 'file');
  rmSync(join(root, 'trap'), { recursive: true });
  symlinkSync(join(base, 'outside'), join(root, 'trap'));
  points.remove(root);
  assert.ok(existsSync(join(base, 'outside', 'empty')));
});

test('MountPoints refuses a folder over a file', () => {
  assert.throws(() => new MountPoints(root).ensure('/file', 'dir'), ExecutorError);
});
