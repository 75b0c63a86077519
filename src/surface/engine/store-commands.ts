import { existsSync, renameSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../../core/errors.ts';
import { LayerSources, RecordStore } from '../../layers/cache/index.ts';
import { ContentError, openStore, type Store } from '../../host/content/index.ts';
import { LayerStore } from '../../work/write/index.ts';
import { parseDigest, type DiffID } from '../../core/oci/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { planIdMapping } from '../../host/sys/index.ts';
import type { DiskRecord, DiskUsage, PruneOptions, PruneResult, StoredImage } from './commands.ts';
import { remainsOf, setAside } from './remains.ts';
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
  return withStore(root, { root: path, records: [], totalBytes: 0, reclaimableBytes: 0 }, async (store) =>
    storeUsage(store, store.isLeased(), ownMappingID(store)),
  );
}

/**
 * Removes what no named image needs, images without a name among it; with `all` the named ones too. With limits only as much as they ask for, the least recently used first. Errors: STORE_BUSY while a build
 * uses the store.
 */
export async function prune(root: string | undefined, options: PruneOptions, signal: AbortSignal = new AbortController().signal): Promise<PruneResult> {
  return withStore(root, { removed: [], reclaimedBytes: 0, left: [] }, async (store) => {
    using _exclusive = await store.exclusive(signal);
    const { failed } = store.sweep();
    const removed: DiskRecord[] = [];
    if (wants(options, 'image')) {
      for (const record of storeUsage(store, false, ownMappingID(store)).records) {
        if (record.kind !== 'image' || !isOld(record, options) || (options.all !== true && record.inUse)) continue;
        store.images.delete(record.id);
        removed.push(record);
      }
    }
    const usage = storeUsage(store, false, ownMappingID(store));
    const chosen = choose(usage, options, store);
    let left: readonly string[];
    try {
      const result = await remove(store, chosen, failed, signal);
      removed.push(...result.removed);
      left = result.left;
    } finally {
      forgetRemoved(store);
    }
    return { removed, reclaimedBytes: removed.reduce((sum, record) => sum + record.sizeBytes, 0), left };
  });
}

function choose(usage: DiskUsage, options: PruneOptions, store: Store): DiskRecord[] {
  const candidates = usage.records
    .filter((record) => !record.inUse && record.kind !== 'image' && wants(options, record.kind) && isOld(record, options))
    .sort((a, b) => (a.lastUsedAtMs ?? 0) - (b.lastUsedAtMs ?? 0));
  if (options.maxUsedBytes === undefined && options.minFreeBytes === undefined && options.reservedBytes === undefined) return candidates;
  const chosen: DiskRecord[] = [];
  let used = usage.totalBytes;
  const disk = statfsSync(store.root);
  let free = disk.bavail * disk.bsize;
  for (const record of candidates) {
    const tooLarge = options.maxUsedBytes !== undefined && used > options.maxUsedBytes;
    const tooFull = options.minFreeBytes !== undefined && free < options.minFreeBytes;
    const unlimited = options.maxUsedBytes === undefined && options.minFreeBytes === undefined;
    if (!tooLarge && !tooFull && !unlimited) break;
    if (options.reservedBytes !== undefined && used - record.sizeBytes < options.reservedBytes) continue;
    chosen.push(record);
    used -= record.sizeBytes;
    free += record.sizeBytes;
  }
  return chosen;
}

/** `left`: where what could not be removed is. */
async function remove(
  store: Store,
  records: readonly DiskRecord[],
  leftovers: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly removed: readonly DiskRecord[]; readonly left: readonly string[] }> {
  const stubborn = [...leftovers];
  const places = new Map<DiskRecord, string>();
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
    } catch {
      // It belongs to an id of the user namespace, or is gone.
    }
    places.set(record, place);
    if (!isRemoved(place)) stubborn.push(place);
  }
  for (const path of remainsOf(store)) if (!isRemoved(path)) stubborn.push(path);
  if (stubborn.length === 0) return { removed: records, left: [] };
  const remaining = new Set(await removeInNamespace(store, stubborn, signal));
  const removed = records.filter((record) => !remaining.has(places.get(record) ?? ''));
  return { removed, left: setAside(store, [...remaining]) };
}

/** Without root, files of other ids can be removed only from inside the user namespace that made them. */
async function removeInNamespace(store: Store, paths: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  if (process.geteuid?.() === 0) return paths;
  const { startWorker } = await import('../../work/worker/index.ts');
  try {
    await using worker = await startWorker({ entry: workerEntry(), storeRoot: store.root, env: process.env, signal });
    return await worker.removeFolders(paths);
  } catch (error) {
    signal.throwIfAborted();
    // A host that allows no user namespace now: they stay.
    if (error instanceof BuildError) return paths;
    throw error;
  }
}

function isRemoved(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** Takes from the database what names things that are no more. */
function forgetRemoved(store: Store): void {
  const mappingID = ownMappingID(store);
  const layers = new LayerStore(store, zlibCodec(), mappingID === undefined ? {} : { mappingID });
  const sources = new LayerSources(store, Date.now);
  const layerAvailable = (diffID: DiffID): boolean => isLayerHere(layers, diffID) || sources.of(diffID).length > 0;
  new RecordStore({ store, now: Date.now, layerAvailable }).removeStale();
  for (const image of store.images.list()) if (isUntagged(image.name) && !store.blobs.has(image.descriptor.digest)) store.images.delete(image.name);
}

/** Of the unpacked layers that builds of this user see. Undefined in the store of another user: root may clean it, and leaves what its owner sees. */
function ownMappingID(store: Store): string | undefined {
  const isOwn = statSync(join(store.root, 'oci-layout')).uid === process.geteuid?.();
  return isOwn ? planIdMapping(process.env['PATH']).id : undefined;
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
  const healed: string[] = [];
  using store = openStore(path, { foreign: true, onHealed: (message) => healed.push(message) });
  try {
    store.db();
    // Without its images there is nothing to list, and a prune would remove all that they need.
    if (healed.length > 0) throw damagedDatabase(path, healed.join('; '));
    return await work(store);
  } catch (error) {
    throw store.explain(error);
  }
}

function damagedDatabase(root: string, found: string): BuildError {
  return new ContentError('STORE_DAMAGED', `Cannot use the store in ${root}: ${found}`, {
    family: 'filesystem',
    hint: 'Build again, which uses what is left of the layers; or repeat this command to go on without the images.',
    retryable: true,
  });
}
