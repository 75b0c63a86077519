import { existsSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LayerSources, RecordStore } from '../cache/index.ts';
import { openStore, type Store } from '../content/index.ts';
import { LayerStore } from '../layer/index.ts';
import { parseDigest, type DiffID } from '../oci/index.ts';
import { zlibCodec } from '../stream/index.ts';
import type { DiskRecord, DiskUsage, PruneOptions, PruneResult, StoredImage } from './commands.ts';
import { isLayerHere } from './layer-provider.ts';
import { storeRoot } from './settings.ts';
import { isUntagged, storedImages, storeUsage } from './store-usage.ts';
import { workerEntry } from './worker-entry.ts';

/** The images kept in the store, newest first. An absent store has none. */
export async function listImages(root?: string): Promise<readonly StoredImage[]> {
  return withStore(root, [], async (store) => storedImages(store));
}

/** What the store holds. An absent store holds nothing. */
export async function diskUsage(root?: string): Promise<DiskUsage> {
  const path = storeRoot(root, process.env, process.cwd());
  return withStore(root, { root: path, records: [], totalBytes: 0, reclaimableBytes: 0 }, async (store) => storeUsage(store, store.isLeased()));
}

/**
 * Removes what no named image needs, images without a name among it; with `all` the named ones too. With limits only as much as they ask for, the least recently used first. Errors: STORE_BUSY while a build
 * uses the store.
 */
export async function prune(root: string | undefined, options: PruneOptions, signal: AbortSignal = new AbortController().signal): Promise<PruneResult> {
  return withStore(root, { removed: [], reclaimedBytes: 0 }, async (store) => {
    using _exclusive = await store.exclusive(signal);
    store.sweep();
    const removed: DiskRecord[] = [];
    if (wants(options, 'image')) {
      for (const record of storeUsage(store, false).records) {
        if (record.kind !== 'image' || !isOld(record, options) || (options.all !== true && record.inUse)) continue;
        store.images.delete(record.id);
        removed.push(record);
      }
    }
    const usage = storeUsage(store, false);
    const doomed = choose(usage, options, store);
    try {
      await remove(store, doomed, signal);
    } finally {
      forgetRemoved(store);
    }
    removed.push(...doomed);
    return { removed, reclaimedBytes: removed.reduce((sum, record) => sum + record.sizeBytes, 0) };
  });
}

function choose(usage: DiskUsage, options: PruneOptions, store: Store): DiskRecord[] {
  const candidates = usage.records
    .filter((record) => !record.inUse && record.kind !== 'image' && wants(options, record.kind) && isOld(record, options))
    .sort((a, b) => (a.lastUsedAtMs ?? 0) - (b.lastUsedAtMs ?? 0));
  if (options.maxUsedBytes === undefined && options.minFreeBytes === undefined && options.reservedBytes === undefined) return candidates;
  const doomed: DiskRecord[] = [];
  let used = usage.totalBytes;
  const disk = statfsSync(store.root);
  let free = disk.bavail * disk.bsize;
  for (const record of candidates) {
    const tooLarge = options.maxUsedBytes !== undefined && used > options.maxUsedBytes;
    const tooFull = options.minFreeBytes !== undefined && free < options.minFreeBytes;
    const unlimited = options.maxUsedBytes === undefined && options.minFreeBytes === undefined;
    if (!tooLarge && !tooFull && !unlimited) break;
    if (options.reservedBytes !== undefined && used - record.sizeBytes < options.reservedBytes) continue;
    doomed.push(record);
    used -= record.sizeBytes;
    free += record.sizeBytes;
  }
  return doomed;
}

async function remove(store: Store, records: readonly DiskRecord[], signal: AbortSignal): Promise<void> {
  const stubborn: string[] = [];
  // Out of sight first, so that a kill leaves no layer of which only a part is there.
  const aside = store.tempDir();
  for (const [number, record] of records.entries()) {
    signal.throwIfAborted();
    if (record.kind === 'blob') {
      store.blobs.delete(parseDigest(record.id));
      continue;
    }
    const path = join(store.root, record.id);
    let place = path;
    try {
      renameSync(path, join(aside, String(number)));
      place = join(aside, String(number));
      rmSync(place, { recursive: true, force: true });
    } catch {
      if (existsSync(place)) stubborn.push(place);
    }
  }
  if (stubborn.length === 0) return;
  // Without root, files of other ids can be removed only from inside the user namespace that made them.
  const { startWorker } = await import('../worker/index.ts');
  const worker = await startWorker({ entry: workerEntry(), storeRoot: store.root, env: process.env, signal });
  try {
    await worker.removeFolders(stubborn);
  } finally {
    await worker.close();
  }
}

/** Takes from the database what names things that are no more. */
function forgetRemoved(store: Store): void {
  const layers = new LayerStore(store, zlibCodec());
  const sources = new LayerSources(store, Date.now);
  const layerAvailable = (diffID: DiffID): boolean => isLayerHere(layers, diffID) || sources.of(diffID).length > 0;
  new RecordStore({ store, now: Date.now, layerAvailable }).removeStale();
  for (const image of store.images.list()) if (isUntagged(image.name) && !store.blobs.has(image.descriptor.digest)) store.images.delete(image.name);
}

function wants(options: PruneOptions, kind: DiskRecord['kind']): boolean {
  return options.kinds === undefined || options.kinds.includes(kind);
}

function isOld(record: DiskRecord, options: PruneOptions): boolean {
  return options.unusedSinceMs === undefined || (record.lastUsedAtMs ?? record.createdAtMs ?? 0) < options.unusedSinceMs;
}

async function withStore<T>(root: string | undefined, absent: T, work: (store: Store) => Promise<T>): Promise<T> {
  const path = storeRoot(root, process.env, process.cwd());
  if (!existsSync(join(path, 'oci-layout'))) return absent;
  using store = openStore(path, { foreign: true });
  try {
    return await work(store);
  } catch (error) {
    throw store.explain(error);
  }
}
