import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TargetTree, type Inode } from './target-tree.ts';
import { treeOf } from './testing.ts';
import { Turns } from './turns.ts';

const attributes = { mode: 0o755, uid: 0, gid: 0, mtimeSec: 0, mtimeNs: 0 };
const folder: Inode = { ...attributes, type: 'dir', size: 0 };
const file: Inode = { ...attributes, type: 'symlink', size: 0, link: 'x' };

test('TargetTree: what is put below a folder goes with it, and only that', async () => {
  const tree = new TargetTree(treeOf('a/b/c/d=1', 'a/bb=1'));
  const put = async (path: string, inode: Inode): Promise<void> => tree.put(path, inode, await tree.lookup(path));
  await put('a/b/c/e', file);
  await put('a/bx', file);
  await put('a/b', file);
  await put('a/b', folder);
  await put('a/b/n', file);
  const paths = (await tree.entries(new Turns(undefined))).map(({ path }) => path);
  assert.deepEqual(paths, ['a', 'a/b', 'a/b/n', 'a/bx']);
});

test('TargetTree: replacing folders again and again takes no longer for what else is there', async () => {
  const tree = new TargetTree(undefined);
  for (let i = 0; i < 100_000; i++) tree.put(`other/${i}`, file, undefined);
  for (let i = 0; i < 3000; i++) {
    tree.put('d', folder, await tree.lookup('d'));
    tree.put('d/f', file, undefined);
    tree.put('d', file, await tree.lookup('d'));
  }
  assert.equal((await tree.lookup('d'))?.type, 'symlink');
  assert.equal(await tree.lookup('d/f'), undefined);
});
