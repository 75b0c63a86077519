import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf, type Digest, type DiffID } from '../oci/index.ts';
import { baseTreeID, chainTreeID, contentDigestOf, selectionDigest } from './digest.ts';
import { cleanPath, compareBytes, comparePaths } from './path.ts';
import { decodeIndex, encodeIndex } from './index-file.ts';
import { layerTree } from './layer-tree.ts';
import { resolvePath } from './resolve-path.ts';
import { TreeError } from './error.ts';
import { type FileTree, type LayerEntry, type LayerIndex } from './entry.ts';

function entry(path: string, values: Partial<LayerEntry> = {}): LayerEntry {
  const type = values.type ?? 'file';
  return {
    path,
    type,
    mode: type === 'dir' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtimeSec: 0,
    mtimeNs: 0,
    ...(type === 'file' ? { digest: digestOf(path) } : {}),
    ...values,
  };
}
const dir = (path: string, values: Partial<LayerEntry> = {}): LayerEntry => entry(path, { type: 'dir', ...values });
const whiteout = (path: string): LayerEntry => entry(path, { whiteout: 'whiteout' });
const link = (path: string, target: string): LayerEntry => entry(path, { type: 'symlink', link: target });

/** A tree over layers, lowest first; `asked` collects which indexes were loaded. */
function treeOf(layers: readonly (readonly LayerEntry[])[], asked: number[] = []): FileTree {
  const ids = layers.map((_, i) => digestOf(String(i)) as string as DiffID);
  return layerTree(ids, async (diffID) => {
    const i = ids.indexOf(diffID);
    asked.push(i);
    return { diffID, contentDigest: contentDigestOf(layers[i]!), tarSize: 0, entries: layers[i]! };
  });
}

const names = async (tree: FileTree, path: string): Promise<string[]> => (await tree.list(path)).map((node) => node.path);

test('layerTree: upper entries hide lower ones, folders merge, names are sorted by bytes', async () => {
  const tree = treeOf([
    [dir('a'), entry('a/z'), entry('a/x', { mode: 0o600 }), entry('b')],
    [dir('a', { mode: 0o700 }), entry('a/x'), entry('a/\u{1f600}'), entry('a/\uffee')],
  ]);
  assert.deepEqual(await names(tree, 'a'), ['a/x', 'a/z', 'a/\uffee', 'a/\u{1f600}']);
  assert.equal((await tree.lookup('a'))?.mode, 0o700);
  assert.equal((await tree.lookup('a/x'))?.mode, 0o644);
  assert.deepEqual(await names(tree, ''), ['a', 'b']);
  assert.equal(await tree.lookup('nothing'), undefined);
  assert.equal((await tree.lookup(''))?.type, 'dir');
});

test('layerTree: whiteouts, opaque folders and files hide what is below', async () => {
  const lower = [dir('a'), entry('a/1'), dir('b'), entry('b/1'), dir('c'), entry('c/1'), dir('d'), dir('d/e'), entry('d/e/f')];
  const tree = treeOf([lower, [whiteout('a'), dir('b', { whiteout: 'opaque' }), entry('b/2'), entry('c'), whiteout('d/e')]]);
  assert.deepEqual(await names(tree, ''), ['b', 'c', 'd']);
  assert.deepEqual(await names(tree, 'b'), ['b/2']);
  assert.deepEqual(await names(tree, 'd'), []);
  for (const path of ['a', 'a/1', 'b/1', 'c/1', 'd/e', 'd/e/f']) assert.equal(await tree.lookup(path), undefined, path);
  const remade = treeOf([lower, [whiteout('a')], [dir('a'), entry('a/2')]]);
  assert.deepEqual(await names(remade, 'a'), ['a/2']);
  assert.deepEqual(Object.keys((await treeOf([[dir('b', { whiteout: 'opaque' })]]).lookup('b'))!).includes('whiteout'), false);
});

test('layerTree: a folder that is only implied has the attributes that it has below', async () => {
  const tree = treeOf([
    [dir('tmp', { mode: 0o1777 }), entry('file')],
    [entry('tmp/x/y'), entry('file/z')],
  ]);
  assert.equal((await tree.lookup('tmp'))?.mode, 0o1777);
  assert.equal((await tree.lookup('tmp/x'))?.mode, 0o755);
  assert.deepEqual(
    (await tree.list('tmp')).map((node) => [node.path, node.type]),
    [['tmp/x', 'dir']],
  );
  assert.equal((await tree.lookup('file'))?.type, 'dir');
  assert.deepEqual(await names(tree, 'file'), ['file/z']);
});

test('layerTree: a folder that is only marked as opaque has the attributes that it has below', async () => {
  const mark = (path: string): LayerEntry => dir(path, { whiteout: 'opaque', implied: true });
  const tree = treeOf([
    [dir('tmp', { mode: 0o1777, uid: 5 }), entry('tmp/old'), entry('file')],
    [mark('tmp'), entry('tmp/new'), mark('file'), mark('absent')],
  ]);
  assert.deepEqual(
    (await tree.list('')).map((node) => [node.path, node.type, node.mode, node.uid]),
    [
      ['absent', 'dir', 0o755, 0],
      ['file', 'dir', 0o755, 0],
      ['tmp', 'dir', 0o1777, 5],
    ],
  );
  assert.deepEqual(await names(tree, 'tmp'), ['tmp/new']);
  assert.equal(await tree.lookup('tmp/old'), undefined);
});

test('layerTree: hard links show their file, and know where its content is', async () => {
  const tree = treeOf([[entry('a', { size: 5, mode: 0o755 }), entry('b', { type: 'hardlink', link: 'a' })], [whiteout('a')]]);
  const node = (await tree.lookup('b'))!;
  assert.deepEqual([node.type, node.link, node.size, node.mode, node.digest], ['hardlink', 'a', 5, 0o755, digestOf('a')]);
  assert.deepEqual(await tree.content(node), { kind: 'layer', diffID: digestOf('0'), path: 'a' });
  assert.equal(await tree.contentDigest(node), digestOf('a'));
  await assert.rejects(tree.content(dir('')), TreeError);
});

test('layerTree loads a lower index only when the answer depends on it', async () => {
  const asked: number[] = [];
  const tree = treeOf(
    [
      [dir('etc'), entry('etc/passwd')],
      [dir('etc'), entry('etc/group')],
      [dir('app'), entry('app/x')],
    ],
    asked,
  );
  await tree.lookup('app/x');
  assert.deepEqual(asked, [2]);
  await tree.lookup('etc/group');
  assert.deepEqual(asked, [2, 1]);
  await tree.list('etc');
  await tree.lookup('etc/passwd');
  assert.deepEqual(asked, [2, 1, 0]);
});

test('resolvePath follows symlinks within the tree, keeps missing parts, and stops at loops', async () => {
  const tree = treeOf([
    [
      dir('usr'),
      dir('usr/bin'),
      entry('usr/bin/sh'),
      link('bin', 'usr/bin'),
      link('abs', '/usr'),
      link('up', '../../../usr'),
      link('loop', 'loop2'),
      link('loop2', '/loop'),
      link('usr/bin/last', 'sh'),
    ],
  ]);
  const resolved = async (path: string, followLast = true): Promise<[string, string | undefined]> => {
    const { path: found, node } = await resolvePath(tree, path, { followLast });
    return [found, node?.type];
  };
  assert.deepEqual(await resolved('/bin/sh'), ['usr/bin/sh', 'file']);
  assert.deepEqual(await resolved('abs/bin/../bin/last'), ['usr/bin/sh', 'file']);
  assert.deepEqual(await resolved('abs/bin/last/', false), ['usr/bin/last', 'symlink']);
  assert.deepEqual(await resolved('up/./bin'), ['usr/bin', 'dir']);
  assert.deepEqual(await resolved('bin/new/file'), ['usr/bin/new/file', undefined]);
  assert.deepEqual(await resolved('../..'), ['', 'dir']);
  await assert.rejects(resolved('loop/x'), (error) => error instanceof TreeError && error.code === 'TREE_SYMLINK_LOOP');
});

test('contentDigestOf: times, offsets and order do not count, everything else does', () => {
  const base = [dir('a'), entry('a/b', { size: 3 }), entry('c', { type: 'char', major: 1, minor: 2 }), link('l', 'a')];
  const digest = contentDigestOf(base);
  assert.equal(contentDigestOf(base.map((e) => ({ ...e, mtimeSec: 5, mtimeNs: 6, offset: 7 })).reverse()), digest);
  const changes: Partial<LayerEntry>[] = [
    { path: 'a/x' },
    { mode: 0o600 },
    { uid: 1 },
    { gid: 1 },
    { size: 4 },
    { digest: digestOf('other') },
    { xattrs: { 'user.a': 'AA==' } },
    { whiteout: 'whiteout' },
  ];
  const others = changes.map((change) => contentDigestOf(base.map((e) => (e.path === 'a/b' ? { ...e, ...change } : e))));
  others.push(contentDigestOf(base.map((e) => (e.type === 'char' ? { ...e, minor: 3 } : e))));
  others.push(contentDigestOf(base.map((e) => (e.type === 'symlink' ? { ...e, link: 'b' } : e))));
  others.push(contentDigestOf(base.map((e) => (e.path === 'a' ? { ...e, whiteout: 'opaque' } : e))));
  others.push(contentDigestOf(base.map((e) => (e.path === 'a' ? { ...e, whiteout: 'opaque', implied: true } : e))));
  assert.equal(new Set([digest, ...others]).size, others.length + 1);
  assert.equal(contentDigestOf([]), digestOf(''));
  assert.throws(() => contentDigestOf([{ ...entry('x'), digest: undefined as unknown as Digest }]), TreeError);
});

test('selectionDigest keeps the order; names that are no UTF-8 count byte by byte', () => {
  assert.notEqual(selectionDigest([entry('a'), entry('b')]), selectionDigest([entry('b'), entry('a')]));
  const odd = (path: string): Digest => contentDigestOf([{ ...entry(path), digest: digestOf('') }]);
  assert.notEqual(odd('\udc80'), odd('\udc81'));
});

test('chainTreeID: an empty layer changes nothing', () => {
  const base = baseTreeID([digestOf('x') as string as DiffID]);
  assert.equal(chainTreeID(base, digestOf(''), 0), base);
  assert.notEqual(chainTreeID(base, digestOf('1'), 1), base);
  assert.notEqual(chainTreeID(base, digestOf('1'), 1), chainTreeID(base, digestOf('2'), 1));
  assert.notEqual(baseTreeID([]), base);
});

const anyEntry = fc.record({
  path: fc.oneof(fc.string({ maxLength: 40 }), fc.constant('\udc80/é')).map((text) => text.replaceAll('\0', '')),
  type: fc.constantFrom('file', 'dir', 'symlink', 'hardlink', 'char', 'block', 'fifo'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 0xffff_ffff }),
  gid: fc.integer({ min: 0, max: 0xffff_ffff }),
  size: fc.maxSafeNat(),
  mtimeSec: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  mtimeNs: fc.integer({ min: 0, max: 999_999_999 }),
  extra: fc.constantFrom<Partial<LayerEntry>>(
    {},
    { digest: digestOf('1'), offset: 2 ** 40 },
    { link: 'täg' },
    { link: '' },
    { major: 1, minor: 0 },
    { xattrs: { 'security.capability': 'AQAAAg==' } },
    { whiteout: 'whiteout' },
    { whiteout: 'opaque' },
    { whiteout: 'opaque', implied: true },
  ),
});

test('decodeIndex reads back what encodeIndex wrote, and refuses what is damaged', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 20 }), (values) => {
      const entries = values.map(({ extra, ...rest }) => ({ ...rest, ...extra })) as LayerEntry[];
      const index: LayerIndex = { diffID: digestOf('d') as string as DiffID, contentDigest: digestOf('c'), tarSize: 2 ** 41, entries };
      const file = encodeIndex(index);
      assert.deepEqual(decodeIndex(file), index);
      for (const bad of [file.subarray(0, -1), file.subarray(0, 20), Buffer.concat([file, Buffer.alloc(1)]), Buffer.from('x')]) {
        assert.throws(
          () => decodeIndex(bad),
          (error) => error instanceof TreeError && error.code === 'TREE_INDEX_DAMAGED',
        );
      }
    }),
  );
});

test('compareBytes orders as UTF-8 bytes do, comparePaths puts folders before what they hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  assert.deepEqual(['a.b', 'a/b', 'a', 'a/b/c', 'a-'].sort(comparePaths), ['a', 'a/b', 'a/b/c', 'a-', 'a.b']);
  assert.equal(cleanPath('/a//./b/../c/..//'), 'a');
  assert.equal(cleanPath('../..'), '');
});
