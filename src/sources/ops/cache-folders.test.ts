import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../host/content/index.ts';
import type { RunMountOf } from '../../decide/graph/index.ts';
import type { DiffID, TreeID } from '../../core/oci/index.ts';
import type { LayersResult } from '../../decide/solver/index.ts';
import { CacheFolders, cacheName } from './cache-folders.ts';

const { signal } = new AbortController();
const plain: RunMountOf<'cache'> = {
  kind: 'cache',
  id: '/k',
  sharing: 'shared',
  source: '/',
  target: '/c',
  mode: 0o755,
  uid: 0,
  gid: 0,
  readonly: false,
  owned: false,
};
const seed = (name: string): LayersResult => ({ kind: 'layers', treeID: name as TreeID, layers: [name as DiffID] });

test('cacheName reports caches apart as docker build does', () => {
  const owned = { ...plain, owned: true };
  const names = [
    cacheName(plain, undefined, 'ids'),
    cacheName({ ...plain, id: '/other' }, undefined, 'ids'),
    cacheName(owned, undefined, 'ids'),
    cacheName({ ...owned, uid: 5 }, undefined, 'ids'),
    cacheName({ ...owned, gid: 5 }, undefined, 'ids'),
    cacheName({ ...owned, mode: 0o700 }, undefined, 'ids'),
    cacheName(plain, 'tree' as TreeID, 'ids'),
    cacheName(plain, 'other tree' as TreeID, 'ids'),
    cacheName({ ...plain, source: '/part' }, 'tree' as TreeID, 'ids'),
    cacheName(plain, undefined, 'other ids'),
  ];
  assert.equal(new Set(names).size, names.length);
  for (const same of [{ target: '/elsewhere' }, { sharing: 'locked' }, { readonly: true }, { source: '/part' }] as const) {
    assert.equal(cacheName({ ...plain, ...same }, undefined, 'ids'), names[0]);
  }
});

function folders(t: TestContext): { readonly caches: CacheFolders; readonly other: CacheFolders; readonly removed: string[] } {
  const root = mkdtempSync(join(tmpdir(), 'ossb-caches-'));
  const store = openStore(root);
  t.after(() => {
    store.close();
    rmSync(root, { recursive: true, force: true });
  });
  const removed: string[] = [];
  const remove = async (folder: string): Promise<void> => {
    removed.push(folder);
    await new Promise(setImmediate);
    rmSync(folder, { recursive: true, force: true });
  };
  return { caches: new CacheFolders({ store, mappingID: 'ids', remove }), other: new CacheFolders({ store, mappingID: 'ids', remove }), removed };
}

/** What a step finds; it leaves a file. */
async function step(caches: CacheFolders, mount: RunMountOf<'cache'>, empty: boolean, inputs: readonly LayersResult[] = []): Promise<boolean> {
  await using held = new AsyncDisposableStack();
  const folder = (await caches.claim({ mounts: [mount], inputs, empty }, signal, held)).get(mount)!;
  const found = existsSync(join(folder, 'file'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  return found;
}

test('caches of --no-cache begin empty once in a build, whatever their sharing', async (t) => {
  for (const sharing of ['shared', 'locked', 'private'] as const) {
    const { caches, other } = folders(t);
    const mount = { ...plain, sharing };
    assert.equal(await step(caches, mount, false), false);
    assert.equal(await step(caches, mount, false), true);
    assert.equal(await step(other, mount, true), false);
    assert.equal(await step(other, mount, true), true, 'the steps of one build share it');
    assert.equal(await step(other, { ...mount, owned: true }, true), false);
  }
});

test('steps at once that are to find a cache empty remove it once', async (t) => {
  const { caches, removed } = folders(t);
  await step(caches, plain, false);
  await Promise.all([1, 2, 3].map(() => step(caches, plain, true)));
  assert.equal(removed.length, 1);
});

test('mounts of one cache in one step are one folder; a seed of no layers is none', async (t) => {
  const { caches } = folders(t);
  await using held = new AsyncDisposableStack();
  const mounts = [plain, { ...plain, target: '/d', sharing: 'locked' }, { ...plain, owned: true }, { ...plain, input: 0 }, { ...plain, input: 1 }] as const;
  const none = { ...seed('none'), layers: [] };
  const claimed = await caches.claim({ mounts, inputs: [none, seed('some')], empty: false }, signal, held);
  const [a, b, c, d, e] = mounts.map((mount) => claimed.get(mount));
  assert.equal(a, b);
  assert.equal(a, d);
  assert.equal(new Set([a, c, e]).size, 3);
});
