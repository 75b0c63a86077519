import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openStore } from '../../host/content/index.ts';
import type { DiffID } from '../../core/oci/index.ts';
import { Overlays } from '../snapshot/index.ts';
import { SnapshotError } from '../../layers/index/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { igzipCodec } from '../../host/sys/index.ts';
import { comparePaths, joinPath, layerTree, parentOf, type FileTree, type PlanEntry } from '../../core/tree/index.ts';
import { LayerStore } from './testing/layer-store.ts';

const skip = process.getuid?.() === 0 ? false : 'overlays are mounted as root';
const dir = mkdtempSync(join(tmpdir(), 'ossb-chain-'));
const { signal } = new AbortController();
const store = openStore(join(dir, 'store'), { durable: false });
const layers = new LayerStore(store, igzipCodec(zlibCodec()));
mkdirSync(join(dir, 'names'));
const overlays = new Overlays({ folder: join(dir, 'names'), userxattr: false });
test.after(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

const paths = ['a', 'a/x', 'a/y', 'a/x/p', 'a/x/q', 'b', 'b/x', 'b/x/p', 'c'];
const things = ['file', 'dir', 'whiteout', 'opaque', 'mark', 'symlink', 'none', 'none'] as const;
type Thing = (typeof things)[number];

/** One layer: for each path what it says about it, and attributes. */
const anyLayer = fc.array(fc.record({ thing: fc.constantFrom<Thing>(...things), bits: fc.integer({ min: 0, max: 7 }) }), {
  minLength: paths.length,
  maxLength: paths.length,
});

function entriesOf(said: readonly { readonly thing: Thing; readonly bits: number }[]): PlanEntry[] {
  const entries: PlanEntry[] = [];
  for (const [i, { thing, bits }] of said.entries()) {
    const path = paths[i]!;
    const closed = entries.some((entry) => path.startsWith(`${entry.path}/`) && (entry.type !== 'dir' || entry.whiteout === 'whiteout'));
    if (thing === 'none' || closed) continue;
    const common = { path, mode: [0o700, 0o755, 0o1777, 0o2750][bits & 3]!, uid: bits >> 2, gid: bits & 1, size: 0, mtimeSec: 1000 + bits, mtimeNs: 0 };
    const data = Buffer.from(`${bits}`);
    if (thing === 'file') entries.push({ ...common, type: 'file', size: data.length, content: { kind: 'inline', data: data.toString('base64') } });
    else if (thing === 'symlink') entries.push({ ...common, type: 'symlink', mode: 0o777, link: `to${bits}` });
    else if (thing === 'whiteout') entries.push({ ...common, type: 'file', mode: 0, uid: 0, gid: 0, mtimeSec: 0, whiteout: 'whiteout' });
    else if (thing === 'mark') entries.push({ ...common, type: 'dir', mode: 0o755, uid: 0, gid: 0, mtimeSec: 0, whiteout: 'opaque', implied: true });
    else entries.push({ ...common, type: 'dir', ...(thing === 'opaque' ? { whiteout: 'opaque' as const } : {}) });
  }
  return entries;
}

type Shown = Map<string, string>;

/** What unpacking one layer after the other into a plain folder gives. */
function applied(chain: readonly (readonly PlanEntry[])[]): Shown {
  const shown: Shown = new Map();
  const removeBelow = (path: string): void => {
    for (const other of shown.keys()) if (other.startsWith(`${path}/`)) shown.delete(other);
  };
  const remove = (path: string): void => {
    shown.delete(path);
    removeBelow(path);
  };
  for (const entries of chain) {
    for (const { path, whiteout } of entries) {
      for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) if (shown.get(parent)?.startsWith('dir') === false) remove(parent);
      if (whiteout === 'whiteout') remove(path);
      if (whiteout === 'opaque') removeBelow(path);
    }
    for (const entry of entries) {
      for (let parent = parentOf(entry.path); parent !== ''; parent = parentOf(parent)) if (!shown.has(parent)) shown.set(parent, 'dir 755 0 0 0');
      if (entry.whiteout === 'whiteout' || (entry.implied && shown.get(entry.path)?.startsWith('dir'))) continue;
      if (entry.type !== 'dir' || shown.get(entry.path)?.startsWith('dir') === false) remove(entry.path);
      shown.set(entry.path, line(entry.type, entry.mode, entry.uid, entry.gid, entry.mtimeSec, entry.link ?? contentOf(entry)));
    }
  }
  return sorted(shown);
}

function contentOf({ content }: PlanEntry): string {
  return content?.kind === 'inline' ? Buffer.from(content.data, 'base64').toString() : '';
}

function line(type: string, mode: number, uid: number, gid: number, mtimeSec: number, content: string): string {
  return [type, (mode & 0o7777).toString(8), uid, gid, mtimeSec, ...(type === 'dir' ? [] : [content])].join(' ');
}

const sorted = (shown: Shown): Shown => new Map([...shown].sort(([a], [b]) => comparePaths(a, b)));

async function viewed(tree: FileTree): Promise<Shown> {
  const shown: Shown = new Map();
  const walk = async (path: string): Promise<void> => {
    for (const node of await tree.list(path)) {
      const content = node.type === 'file' ? (node.digest ?? '') : (node.link ?? '');
      shown.set(node.path, line(node.type, node.mode, node.uid, node.gid, node.mtimeSec, content));
      await walk(node.path);
    }
  };
  await walk('');
  return sorted(shown);
}

function mounted(root: string): Shown {
  const shown: Shown = new Map();
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = joinPath(folder, name);
      const full = join(root, path);
      const stats = lstatSync(full, { throwIfNoEntry: false });
      // In a folder that only one layer has, the kernel lists whiteouts which nobody can look up.
      if (stats === undefined) continue;
      const type = stats.isDirectory() ? 'dir' : stats.isSymbolicLink() ? 'symlink' : 'file';
      const content = type === 'dir' ? '' : type === 'file' ? readFileSync(full, 'utf8') : readlinkSync(full);
      shown.set(path, line(type, stats.mode, stats.uid, stats.gid, stats.mtimeMs / 1000, content));
      if (type === 'dir') walk(path);
    }
  };
  walk('');
  return sorted(shown);
}

const chains = fc.record({ made: fc.array(anyLayer, { minLength: 1, maxLength: 4 }), picks: fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }) });

test('Overlays: a chain that repeats layers shows what its layers give one after the other', { skip }, async () => {
  await fc.assert(
    fc.asyncProperty(chains, async ({ made, picks }) => {
      const plans = picks.map((pick) => entriesOf(made[pick % made.length]!));
      const chain: DiffID[] = [];
      for (const entries of plans) {
        const { diffID } = await layers.write({ entries, forms: { dir: false, tar: true } }, signal);
        await layers.ensureDir(diffID, signal, { below: chain });
        chain.push(diffID);
      }
      // The union view says the same of the chain, and of the chain with each layer only where it is topmost.
      const load = async (diffID: DiffID) => layers.index(diffID);
      const full = await viewed(layerTree(chain, load));
      assert.deepEqual(await viewed(layerTree([...new Set(chain.toReversed())].reverse(), load)), full);
      assert.deepEqual(
        [...full].map(([path, text]) => `${path} ${text.replace(/ sha256.*/, '')}`),
        [...applied(plans)].map(([path, text]) => `${path} ${text.startsWith('file') ? text.replace(/ \S*$/, '') : text}`),
      );
      const target = mkdtempSync(join(dir, 'mnt'));
      using _ = overlays.mount({ lower: await layers.folders(chain), target });
      assert.deepEqual(mounted(target), applied(plans));
    }),
    { numRuns: 150 },
  );
});

test('Overlays: as many layers as the kernel takes, however long their paths are, and a clear error beyond', { skip }, () => {
  const folders = Array.from({ length: 500 }, (_, i) => {
    const folder = join(dir, `${'long-'.repeat(30)}${i}`);
    mkdirSync(join(folder, String(i)), { recursive: true });
    return folder;
  });
  const target = mkdtempSync(join(dir, 'mnt'));
  for (const writable of [false, true]) {
    const upper = writable ? { upper: mkdtempSync(join(dir, 'up')), work: mkdtempSync(join(dir, 'work')) } : undefined;
    using _ = overlays.mount({ lower: [...folders.slice(1), ...folders.slice(1)], target, ...(upper ? { upper } : {}) });
    assert.equal(readdirSync(target).length, 499);
  }
  assert.throws(
    () => overlays.mount({ lower: folders, target }),
    (error) => error instanceof SnapshotError && error.code === 'SNAPSHOT_TOO_DEEP',
  );
});
