import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Lock, Store } from '../../host/content/index.ts';
import { canonicalJSON, type RunMount, type RunMountOf } from '../../decide/graph/index.ts';
import { digestOf, hexOf, type TreeID } from '../../core/oci/index.ts';
import type { LayersResult } from '../../decide/solver/index.ts';

export interface CacheFolderOptions {
  readonly store: Store;
  /** Of the ids that the files of caches belong to. */
  readonly mappingID: string;
  /** Removes a folder, whoever its files belong to. */
  readonly remove: (folder: string, signal: AbortSignal) => Promise<void>;
}

/**
 * What a cache's folders and locks are called in the store, without the number that distinguishes them. One id is several caches where mounts ask for another owner or mode, or begin with other files, as with docker build: a mount
 * that names neither owner nor mode is none of those that do.
 */
export function cacheName(mount: RunMountOf<'cache'>, seed: TreeID | undefined, mappingID: string): string {
  const { id, mode, uid, gid, owned, source } = mount;
  return `${mappingID}-${hexOf(digestOf(canonicalJSON({ id, ...(owned ? { mode, uid, gid } : {}), ...(seed === undefined ? {} : { seed, source }) })))}`;
}

/** What a step asks for. */
export interface CacheClaim {
  readonly mounts: readonly RunMount[];
  /** Of the step. */
  readonly inputs: readonly LayersResult[];
  /** The caches begin empty, as those of --no-cache do: each once in a build, so that the steps of that build share them. */
  readonly empty: boolean;
}

/** The folders of cache mounts, as one build uses them. */
export class CacheFolders {
  readonly #options: CacheFolderOptions;
  /** By folder; each begins empty once in a build. */
  readonly #emptied = new Map<string, Promise<void>>();

  constructor(options: CacheFolderOptions) {
    this.#options = options;
  }

  /**
   * Picks the folders of a step's cache mounts and holds them as their sharing modes say until `held` is disposed. Mounts of one cache are one folder, held as the
   * strictest of them says. They are taken in one order by every step, so that no two steps wait for each other.
   */
  async claim({ mounts, inputs, empty }: CacheClaim, signal: AbortSignal, held: AsyncDisposableStack): Promise<ReadonlyMap<RunMount, string>> {
    const claims = new Map<string, { readonly mounts: RunMountOf<'cache'>[]; sharing: Sharing }>();
    for (const mount of mounts) {
      if (mount.kind !== 'cache') continue;
      const seed = mount.input === undefined ? undefined : inputs[mount.input];
      const name = cacheName(mount, seed?.layers.length === 0 ? undefined : seed?.treeID, this.#options.mappingID);
      const claim = claims.get(name);
      if (claim === undefined) claims.set(name, { mounts: [mount], sharing: mount.sharing });
      else {
        claim.mounts.push(mount);
        if (strictness.indexOf(mount.sharing) > strictness.indexOf(claim.sharing)) claim.sharing = mount.sharing;
      }
    }
    const folders = new Map<RunMount, string>();
    for (const [name, claim] of [...claims].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const folder = await this.#hold(name, claim.sharing, empty, signal, held);
      noteUse(folder);
      for (const mount of claim.mounts) folders.set(mount, folder);
    }
    return folders;
  }

  async #hold(name: string, sharing: Sharing, empty: boolean, signal: AbortSignal, held: AsyncDisposableStack): Promise<string> {
    const { store } = this.#options;
    const folder = (n: number): string => join(store.root, 'mounts', `${name}-${n}`);
    const hold = (lock: Lock): void => held.defer(() => lock.release());
    if (sharing === 'private') {
      for (let n = 0; ; n += 1) {
        const lock = store.tryLock(`mount-${name}-${n}`);
        if (lock === undefined) continue;
        hold(lock);
        if (empty) await this.#empty(folder(n), signal);
        return folder(n);
      }
    }
    const lockName = `mount-${name}-0`;
    if (empty && !this.#emptied.has(folder(0))) {
      using _alone = await store.lock(lockName, signal, 'exclusive');
      await this.#empty(folder(0), signal);
    }
    hold(await store.lock(lockName, signal, sharing === 'locked' ? 'exclusive' : 'shared'));
    return folder(0);
  }

  #empty(folder: string, signal: AbortSignal): Promise<void> {
    const known = this.#emptied.get(folder);
    if (known !== undefined) return known;
    const emptied = this.#options.remove(folder, signal);
    this.#emptied.set(folder, emptied);
    return emptied;
  }
}

type Sharing = RunMountOf<'cache'>['sharing'];

const strictness: readonly Sharing[] = ['shared', 'locked', 'private'];

/** For least-recently-used collection: what steps write below the folder does not show on it. */
function noteUse(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // It is made with the step, or belongs to an id of the step's: then its own time must do.
  }
}
