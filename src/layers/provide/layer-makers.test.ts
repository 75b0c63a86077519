import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, type DiffID } from '../../core/oci/index.ts';
import type { PlanEntry } from '../../core/tree/index.ts';
import { LayerMakers } from './layer-makers.ts';

test('LayerMakers: the forms of a layer are looked up once, and only where they decide', async (t) => {
  const { geteuid } = process;
  t.after(() => Object.assign(process, { geteuid }));
  const diffIDs = ['a', 'b'].map((text) => digestOf(text) as string as DiffID);
  const entries: PlanEntry[] = Array.from({ length: 1000 }, (_, i) => ({
    path: `file${i}`,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 1,
    mtimeSec: 0,
    mtimeNs: 0,
    content: { kind: 'layer', diffID: diffIDs[i % 2]!, path: `file${i}` },
  }));
  const lookedUp: DiffID[] = [];
  let isTar = true;
  const layers = { hasArchive: (diffID: DiffID) => (lookedUp.push(diffID), isTar) };
  const maker = (name: string) => () => Promise.resolve({ writeLayer: () => Promise.resolve(name), packLayer: () => Promise.resolve(name) });
  const makers = new LayerMakers({ layers, archives: maker('archives'), folders: maker('folders') } as never);
  const write = (dir: boolean): Promise<unknown> => makers.writeLayer({ entries, forms: { dir, tar: !dir } } as never, new AbortController().signal);

  process.geteuid = () => 1000;
  assert.equal(await write(true), 'folders');
  assert.deepEqual(lookedUp, []);
  assert.equal(await write(false), 'archives');
  assert.deepEqual(lookedUp, diffIDs);
  isTar = false;
  assert.equal(await write(false), 'folders');
  lookedUp.length = 0;
  process.geteuid = () => 0;
  assert.equal(await write(false), 'archives');
  assert.deepEqual(lookedUp, []);
});
