import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanEntry } from '../../core/tree/index.ts';
import { packEntries, unpackEntries } from './packed-entries.ts';

test('entries come out of a message as they went in, however many, and other work has its turn meanwhile', async () => {
  const entries = Array.from({ length: 20_001 }, (_, i): PlanEntry => ({
    path: `f${i}é`,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 1,
    mtimeSec: -1,
    mtimeNs: 5,
    content: { kind: 'inline', data: 'eA==' },
  }));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const parts = await packEntries(entries, new AbortController().signal);
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.deepEqual(unpackEntries(structuredClone(parts)), entries);
  assert.deepEqual(unpackEntries(await packEntries([], new AbortController().signal)), []);
  await assert.rejects(packEntries(entries, AbortSignal.abort(new Error('stopped'))), { message: 'stopped' });
});
