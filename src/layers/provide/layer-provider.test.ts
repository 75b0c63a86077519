import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LayerSources } from '../cache/index.ts';
import { openStore } from '../../host/content/index.ts';
import { digestOf, type DiffID } from '../../core/oci/index.ts';
import { LayerCatalog, SnapshotError } from '../index/index.ts';
import { LayerProvider } from './layer-provider.ts';

test('LayerProvider: a chain that cannot be mounted is refused before anything is fetched', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ossb-provider-'));
  using store = openStore(dir, { durable: false });
  const unexpected = (): never => assert.fail('something was fetched');
  const provider = new LayerProvider({
    store,
    layers: new LayerCatalog(store),
    sources: new LayerSources(store, Date.now),
    registry: unexpected,
    makers: { writeLayer: unexpected, indexLayer: unexpected, ensureBlob: unexpected } as never,
    display: {} as never,
    activity: unexpected,
    signal: new AbortController().signal,
  });
  const chain = Array.from({ length: 1200 }, (_, i) => digestOf(String(i)) as string as DiffID);
  const tooDeep = (error: unknown): boolean => error instanceof SnapshotError && error.code === 'SNAPSHOT_TOO_DEEP' && /1200/.test(error.message);
  await assert.rejects(provider.unpack(chain), tooDeep);
  provider.expectMount(chain);
  await assert.rejects(provider.index(chain.at(-1)!), tooDeep);
  rmSync(dir, { recursive: true });
});
