import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ignoreMatcher } from '../../core/match/index.ts';
import { parseIgnoreFile } from '../../language/dockerfile/index.ts';
import type { FileTree } from '../../core/tree/index.ts';
import { ContextTree, type ContextTreeOptions } from './context-tree.ts';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'ossb-context-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function context(root: string, more: Partial<ContextTreeOptions> = {}): ContextTree {
  return new ContextTree({ root, now: Date.now, ...more });
}

async function allPaths(tree: FileTree, path = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const node of await tree.list(path)) paths.push(node.path, ...(node.type === 'dir' ? await allPaths(tree, node.path) : []));
  return paths;
}

function put(root: string, path: string, content: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Long enough ago that the digests are remembered. */
const earlier = new Date('2020-01-02T03:04:05Z');

test('ContextTree: types, modes and links, with owner 0:0', async (t) => {
  const root = folder(t);
  put(root, 'b', 'content');
  chmodSync(join(root, 'b'), 0o4711);
  utimesSync(join(root, 'b'), earlier, earlier);
  linkSync(join(root, 'b'), join(root, 'c'));
  symlinkSync('../x', join(root, 'a'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
  t.after(() => server.close());
  const tree = context(root);
  const [a, b, c, ...rest] = await tree.list('');
  assert.deepEqual(rest, []);
  assert.deepEqual([a!.type, a!.link, a!.mode], ['symlink', '../x', 0o777]);
  const times = { uid: 0, gid: 0, mtimeSec: earlier.getTime() / 1000, mtimeNs: 0 };
  assert.deepEqual(b, { path: 'b', type: 'file', mode: 0o4711, size: 7, ...times });
  assert.deepEqual(c, { path: 'c', type: 'hardlink', link: 'b', mode: 0o4711, size: 7, ...times });
  assert.equal(await tree.contentDigest(c), `sha256:${createHash('sha256').update('content').digest('hex')}`);
  assert.equal(await tree.lookup('nope'), undefined);
  assert.equal(await tree.lookup('b/c'), undefined);
});

test('ContextTree: ignored paths are not there, what is taken in again is, with the folders above it', async (t) => {
  const root = folder(t);
  for (const path of ['a.log', 'src/x.ts', 'src/x.log', 'node_modules/p/index.js', 'node_modules/keep/me', 'deep/er/x', 'deep/er/y']) put(root, path, path);
  const ignore = ignoreMatcher(parseIgnoreFile('**/*.log\nnode_modules\n!node_modules/keep/me\ndeep\n!deep/none\n'));
  const tree = context(root, { ignore });
  assert.deepEqual(await allPaths(tree), ['node_modules', 'node_modules/keep', 'node_modules/keep/me', 'src', 'src/x.ts']);
  const fresh = context(root, { ignore });
  assert.equal(await fresh.lookup('deep'), undefined);
  assert.equal(await fresh.lookup('deep/er/x'), undefined);
  assert.equal((await fresh.lookup('node_modules/keep/me'))?.type, 'file');
  assert.equal(await fresh.ignoredPart('src/x.log'), 'src/x.log');
  assert.equal(await fresh.ignoredPart('deep/er/x'), 'deep');
  assert.equal(await fresh.ignoredPart('src/x.ts'), undefined);
});

test('ContextTree: an excluded folder is not read', async (t) => {
  const root = folder(t);
  put(root, 'secret/file', 'x');
  put(root, 'file', 'x');
  const read: string[] = [];
  const rules = ignoreMatcher(['secret']);
  const ignore = { ignored: (path: string) => (read.push(path), rules.ignored(path)), canSkipFolder: (path: string) => rules.canSkipFolder(path) };
  assert.deepEqual(await allPaths(context(root, { ignore })), ['file']);
  assert.deepEqual(read, ['file', 'secret']);
});

test('ContextTree: digests are remembered until a file changes', async (t) => {
  const root = folder(t);
  const digestFile = join(folder(t), 'sub', 'digests');
  const now = (): number => Date.now() + 60_000;
  for (let i = 0; i < 50; i += 1) put(root, `f${i}`, `content ${i}`);
  const first = context(root, { digestFile, now });
  for (const node of await first.list('')) assert.equal(node.digest, undefined);
  for (const node of await first.list('')) await first.contentDigest(node);
  first.save();
  put(root, 'f7', 'CONTENT 7');
  const second = context(root, { digestFile, now });
  const unknown = (await second.list('')).filter((node) => node.digest === undefined).map((node) => node.path);
  assert.deepEqual(unknown, ['f7']);
  for (const node of await second.list('')) {
    assert.equal(
      await second.contentDigest(node),
      `sha256:${createHash('sha256')
        .update(readFileSync(join(root, node.path)))
        .digest('hex')}`,
    );
  }
});

test('ContextTree: the digest of a file that was changed just now is not remembered', async (t) => {
  const root = folder(t);
  const digestFile = join(folder(t), 'digests');
  put(root, 'f', 'x');
  const tree = context(root, { digestFile, now: () => Date.now() - 60_000 });
  await tree.contentDigest((await tree.lookup('f'))!);
  tree.save();
  assert.equal((await context(root, { digestFile }).lookup('f'))?.digest, undefined);
});

test('ContextTree: a damaged memory counts as none', async (t) => {
  const root = folder(t);
  const digestFile = join(folder(t), 'digests');
  put(root, 'f', 'x');
  writeFileSync(digestFile, 'OSSBDM02 something else');
  assert.equal((await context(root, { digestFile }).lookup('f'))?.size, 1);
});

test('ContextTree: large files are read in slices', async (t) => {
  const root = folder(t);
  const content = Buffer.alloc(5 * 1024 * 1024 + 3, 'ab');
  writeFileSync(join(root, 'large'), content);
  const tree = context(root);
  assert.equal(await tree.contentDigest((await tree.lookup('large'))!), `sha256:${createHash('sha256').update(content).digest('hex')}`);
});

test('ContextTree: names that are no UTF-8', async (t) => {
  const root = folder(t);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff])]), 'odd');
  const tree = context(root);
  const [node] = await tree.list('');
  assert.equal(node!.path, 'a\udcff');
  assert.equal(await tree.contentDigest(node!), `sha256:${createHash('sha256').update('odd').digest('hex')}`);
  assert.equal(readdirSync(root).length, 1);
});

test('ContextTree: a folder that is missing, and one that is no folder', async (t) => {
  const root = folder(t);
  put(root, 'f', 'x');
  await assert.rejects(context(join(root, 'nope')).list(''), { code: 'CONTEXT_MISSING' });
  await assert.rejects(context(join(root, 'f')).list(''), { code: 'CONTEXT_MISSING' });
  symlinkSync(root, join(root, 'link'));
  assert.equal((await context(join(root, 'link')).lookup('f'))?.size, 1);
});

test('ContextTree: a file that changed since its folder was listed is taken as it is now', async (t) => {
  const root = folder(t);
  put(root, 'f', 'before');
  const tree = context(root);
  const [node] = await tree.list('');
  put(root, 'f', 'afterwards');
  assert.equal(await tree.contentDigest(node!), `sha256:${createHash('sha256').update('afterwards').digest('hex')}`);
  assert.equal(node!.size, 10);
});
