import { renameSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDigest, type DiffID } from '../../core/oci/index.ts';
import type { Store } from '../../host/content/index.ts';
import { LayerSources, RecordStore } from '../cache/index.ts';
import { LayerCatalog } from '../index/index.ts';
import type { DiskRecord, DiskUsage, PruneOptions, PruneResult } from './records.ts';
import { remainsOf, setAside } from './remains.ts';
import { isUntagged, storeUsage } from './store-usage.ts';

export interface PrunePorts {
  /** Of the unpacked layers that builds of this user see. Undefined in the store of another user: root may clean it, and leaves what its owner sees. */
  readonly mappingID: string | undefined;
  /** Removes folders of ids of the worker's user namespace. Returns those that it could not remove. */
  readonly removeInNamespace: (paths: readonly string[]) => Promise<readonly string[]>;
}

/**
 * Removes what no named image needs, images without a name among it; with `all` the named ones too. With limits only as much as they ask for, the least recently used
 * first. Errors: STORE_BUSY while a build uses the store.
 */
export async function pruneStore(store: Store, options: PruneOptions, ports: PrunePorts, signal: AbortSignal): Promise<PruneResult> {
  using _exclusive = await store.exclusive(signal);
  const { failed } = store.sweep();
  const removed: DiskRecord[] = [];
  if (wants(options, 'image')) {
    for (const record of storeUsage(store, false, ports.mappingID).records) {
      if (record.kind !== 'image' || !isOld(record, options) || (options.all !== true && record.inUse)) continue;
      store.images.delete(record.id);
      removed.push(record);
    }
  }
  const usage = storeUsage(store, false, ports.mappingID);
  const chosen = choose(usage, options, store);
  let left: readonly string[];
  try {
    const result = await remove(store, chosen, failed, ports, signal);
    removed.push(...result.removed);
    left = result.left;
  } finally {
    forgetRemoved(store, ports);
  }
  return { removed, reclaimedBytes: removed.reduce((sum, record) => sum + record.sizeBytes, 0), left };
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
  { removeInNamespace }: PrunePorts,
  signal: AbortSignal,
): Promise<{ readonly removed: readonly DiskRecord[]; readonly left: readonly string[] }> {
  const unremoved = [...leftovers];
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
    if (!isRemoved(place)) unremoved.push(place);
  }
  for (const path of remainsOf(store)) if (!isRemoved(path)) unremoved.push(path);
  if (unremoved.length === 0) return { removed: records, left: [] };
  const remaining = new Set(await removeInNamespace(unremoved));
  const removed = records.filter((record) => !remaining.has(places.get(record) ?? ''));
  return { removed, left: setAside(store, [...remaining]) };
}

function isRemoved(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

/** Removes from the database what names things that are gone. */
function forgetRemoved(store: Store, { mappingID }: PrunePorts): void {
  const layers = new LayerCatalog(store, mappingID === undefined ? {} : { mappingID });
  const sources = new LayerSources(store, Date.now);
  const layerAvailable = (diffID: DiffID): boolean => layers.hasBytes(diffID) || sources.of(diffID).length > 0;
  new RecordStore({ store, now: Date.now, layerAvailable }).removeStale();
  for (const image of store.images.list()) if (isUntagged(image.name) && !store.blobs.has(image.descriptor.digest)) store.images.delete(image.name);
}

function wants(options: PruneOptions, kind: DiskRecord['kind']): boolean {
  return options.kinds === undefined || options.kinds.includes(kind);
}

function isOld(record: DiskRecord, options: PruneOptions): boolean {
  return options.unusedSinceMs === undefined || (record.lastUsedAtMs ?? record.createdAtMs ?? 0) < options.unusedSinceMs;
}
