import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FileTree, TreeNode } from '../../core/tree/index.ts';
import { KeptNames } from './kept-names.ts';

const dir = mkdtempSync(join(tmpdir(), 'ossb-kept-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});

const folder: TreeNode = { path: 'd', type: 'dir', mode: 0o755, uid: 0, gid: 0, size: 0, mtimeSec: 7, mtimeNs: 0 };
const file: TreeNode = {
  path: 'd/a\nb',
  type: 'file',
  mode: 0o644,
  uid: 1,
  gid: 2,
  size: 3,
  mtimeSec: 8,
  mtimeNs: 0,
  xattrs: { 'user.b': 'Yg==', 'user.a': 'YQ==' },
};

const treeOf = (...nodes: readonly TreeNode[]): Pick<FileTree, 'lookup'> => ({
  lookup: async (path) => nodes.find((node) => node.path === path),
});

test('KeptNames.areIn: only where each name has the same facts', async () => {
  const kept = new KeptNames([file, folder]);
  assert.ok(await kept.areIn(treeOf(folder, file)));
  const { xattrs: _, ...bare } = file;
  assert.ok(
    await kept.areIn(treeOf(folder, { ...file, type: 'hardlink', link: 'other', xattrs: { 'user.a': 'YQ==', 'user.b': 'Yg==' } })),
    'order of attributes, other name',
  );
  const others: readonly TreeNode[] = [
    bare,
    { ...file, mode: 0o600 },
    { ...file, uid: 9 },
    { ...file, gid: 9 },
    { ...file, size: 4 },
    { ...file, mtimeSec: 9 },
    { ...file, type: 'symlink' },
  ];
  for (const other of others) assert.equal(await kept.areIn(treeOf(folder, other)), false, JSON.stringify(other));
  assert.equal(await kept.areIn(treeOf({ ...folder, mode: 0o700 }, file)), false);
  assert.equal(await kept.areIn(treeOf(folder)), false);
  assert.notEqual(new KeptNames([file]).id, kept.id);
});

test('KeptNames.recordedIn ignores what is damaged or is no record', async () => {
  assert.deepEqual(KeptNames.recordedIn(join(dir, 'missing')), []);
  const kept = new KeptNames([file, folder]);
  kept.write(join(dir, kept.recordName));
  writeFileSync(join(dir, 'kept-0123'), 'something');
  writeFileSync(join(dir, 'index'), '');
  mkdirSync(join(dir, 'kept-folder'));
  const [recorded, ...rest] = KeptNames.recordedIn(dir);
  assert.equal(recorded?.id, kept.id);
  assert.deepEqual(rest, []);
  assert.ok(await recorded.areIn(treeOf(folder, file)));
  writeFileSync(join(dir, kept.recordName), '["d"');
  assert.deepEqual(KeptNames.recordedIn(dir), []);
});
