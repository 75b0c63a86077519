import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../../core/errors.ts';
import { ContentError, openStore, type Store } from '../../host/content/index.ts';
import { planIdMapping } from '../../host/sys/index.ts';
import { pruneStore, storedImages, storeUsage, type DiskUsage, type PruneOptions, type PruneResult, type StoredImage } from '../../layers/collect/index.ts';
import { storeRoot, workingFolder } from '../request/index.ts';
import { workerEntry } from './worker-entry.ts';

/** The images kept in the store, newest first. An absent store has none. */
export async function listImages(root?: string): Promise<readonly StoredImage[]> {
  return withStore(root, [], async (store) => storedImages(store));
}

/** What the store holds. An absent store holds nothing. */
export async function diskUsage(root?: string): Promise<DiskUsage> {
  const path = storeRoot(root, process.env, workingFolder());
  return withStore(root, { root: path, records: [], totalBytes: 0, reclaimableBytes: 0 }, async (store) =>
    storeUsage(store, store.isLeased(), ownMappingID(store)),
  );
}

/** As pruneStore. */
export async function prune(root: string | undefined, options: PruneOptions, signal: AbortSignal = new AbortController().signal): Promise<PruneResult> {
  return withStore(root, { removed: [], reclaimedBytes: 0, left: [] }, async (store) =>
    pruneStore(store, options, { mappingID: ownMappingID(store), removeInNamespace: (paths) => removeInNamespace(store, paths, signal) }, signal),
  );
}

/** Without root, files of other ids can be removed only from inside the user namespace that made them. */
async function removeInNamespace(store: Store, paths: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  if (process.geteuid?.() === 0) return paths;
  const { startWorker } = await import('../../work/protocol/index.ts');
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

/** Of the unpacked layers that builds of this user see. Undefined in the store of another user: root may clean it, and leaves what its owner sees. */
function ownMappingID(store: Store): string | undefined {
  const isOwn = statSync(join(store.root, 'oci-layout')).uid === process.geteuid?.();
  return isOwn ? planIdMapping(process.env['PATH']).id : undefined;
}

async function withStore<T>(root: string | undefined, absent: T, work: (store: Store) => Promise<T>): Promise<T> {
  const path = storeRoot(root, process.env, workingFolder());
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
