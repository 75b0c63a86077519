import { existsSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type Store } from '../content/index.ts';
import { parseDigest } from '../oci/index.ts';
import type { DiskRecord, DiskUsage, PruneOptions, PruneResult, StoredImage } from './commands.ts';
import { storeRoot } from './settings.ts';
import { storedImages, storeUsage } from './store-usage.ts';
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
 * Removes what no named image needs; with `all` the images too. With limits only as much as they ask for, the least recently used first. Errors: STORE_BUSY while a build
 * uses the store.
 */
export async function prune(root: string | undefined, options: PruneOptions, signal: AbortSignal = new AbortController().signal): Promise<PruneResult> {
  return withStore(root, { removed: [], reclaimedBytes: 0 }, async (store) => {
    using _exclusive = await store.exclusive(signal);
    store.sweep();
    const removed: DiskRecord[] = [];
    if (options.all === true && wants(options, 'image')) {
      for (const record of storeUsage(store, false).records.filter((item) => item.kind === 'image' && isOld(item, options))) {
        store.images.delete(record.id);
        removed.push(record);
      }
    }
    const usage = storeUsage(store, false);
    const doomed = choose(usage, options, store);
    await remove(store, doomed, signal);
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
  for (const record of records) {
    if (record.kind === 'blob') {
      store.blobs.delete(parseDigest(record.id));
      continue;
    }
    const path = join(store.root, record.id);
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      stubborn.push(path);
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

function wants(options: PruneOptions, kind: DiskRecord['kind']): boolean {
  return options.kinds === undefined || options.kinds.includes(kind);
}

function isOld(record: DiskRecord, options: PruneOptions): boolean {
  return options.unusedSinceMs === undefined || (record.lastUsedAtMs ?? record.createdAtMs ?? 0) < options.unusedSinceMs;
}

async function withStore<T>(root: string | undefined, absent: T, work: (store: Store) => Promise<T>): Promise<T> {
  const path = storeRoot(root, process.env, process.cwd());
  if (!existsSync(join(path, 'oci-layout'))) return absent;
  using store = openStore(path);
  return await work(store);
}
