import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { BuildError } from '../../core/errors.ts';
import { makeFolders } from '../../core/stream/index.ts';
import { BlobStore } from './blob-store.ts';
import { inodeOf, moveOpenedAside, openDatabase, type DatabaseOptions } from './database.ts';
import { ContentError, isDatabaseDamage, isFileDamage, storageError } from './error.ts';
import { ImageTable } from './image-table.ts';
import { lock, tryLock, type Lock, type LockMode } from './lock.ts';
import { TempArea, type SweepResult } from './temp-area.ts';

export interface StoreOptions {
  /** Whether blobs are flushed to the disk before they get their names. Default true; false trades safety in a power failure for speed. */
  readonly durable?: boolean;
  /** Called with a sentence for each damaged part of the store that was removed or made anew. */
  readonly onHealed?: (message: string) => void;
  /** Whether a store that belongs to another user may be opened: to look at it or to remove from it. Default false. */
  readonly foreign?: boolean;
}

/** Opens the store in folder `root`, making what is missing of it. Cheap: a few `stat` calls. Errors: STORE_UNUSABLE, STORE_FOREIGN, DISK_FULL. */
export function openStore(root: string, options: StoreOptions = {}): Store {
  try {
    const owner = statSync(join(root, 'oci-layout'), { throwIfNoEntry: false })?.uid;
    if (owner !== undefined && owner !== process.geteuid?.() && options.foreign !== true) throw foreignError(root, owner);
    if (owner === undefined || !layoutFolders.every((folder) => statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory() === true))
      makeLayout(root);
  } catch (error) {
    throw storageError(error, `open the store in ${root}`);
  }
  return new Store(root, options);
}

const layoutFolders = ['blobs/sha256', 'tmp', 'locks'];

function foreignError(root: string, owner: number): ContentError {
  return new ContentError('STORE_FOREIGN', `Cannot use the store in ${root}: it belongs to the user with id ${owner}, and this is id ${process.geteuid?.()}`, {
    family: 'filesystem',
    hint: 'Build as the user that owns the store, or choose another folder with --root or OSSB_ROOT.',
  });
}

/** The folder that all processes of a user share: blobs in an OCI layout, image names, locks, temporary files, and a database for the rooms' tables. */
export class Store implements Disposable {
  readonly root: string;
  readonly blobs: BlobStore;
  readonly images: ImageTable;
  readonly #temp: TempArea;
  /** Held so that no lock is collected as garbage, and for `close`. */
  readonly #locks = new Set<Lock>();
  readonly #onHealed: (message: string) => void;
  #db: DatabaseSync | undefined;
  /** Of the file that is open. */
  #dbInode: bigint | undefined;

  constructor(root: string, options: StoreOptions) {
    this.root = root;
    this.#temp = new TempArea(join(root, 'tmp'));
    this.images = new ImageTable(() => this.db());
    this.blobs = new BlobStore({
      folder: join(root, 'blobs', 'sha256'),
      temporaryPath: () => this.#temp.path(),
      locksFolder: join(root, 'locks'),
      durable: options.durable ?? true,
      onHealed: (message) => this.healed(message),
    });
    this.#onHealed = options.onHealed ?? ((): void => {});
  }

  /** Reports that a damaged part of the store was removed or made anew. */
  healed(message: string): void {
    this.#onHealed(message);
  }

  /** The database, opened on first use. Rooms make their tables with `migrate` and write within `transaction`. Errors: STORE_NEWER, STORE_UNUSABLE, DISK_FULL. */
  db(): DatabaseSync {
    try {
      if (this.#db !== undefined) return this.#db;
      this.#db = openDatabase(this.#dbOptions);
      this.#dbInode = inodeOf(this.#dbOptions.path);
      return this.#db;
    } catch (error) {
      throw storageError(error, `open the store in ${this.root}`, this.root);
    }
  }

  /**
   * What an error means that came of the store's own files, else the error itself: a damaged database is closed and moved aside, and the next use begins with a new one.
   * Errors are returned: STORE_DAMAGED, STORE_UNUSABLE, DISK_FULL.
   */
  explain(error: unknown): unknown {
    if (error instanceof BuildError) return error;
    if (isDatabaseDamage(error)) {
      const movedTo = moveOpenedAside(this.#dbOptions, this.#dbInode);
      this.#closeDatabase();
      const what = movedTo === undefined ? 'it has been replaced' : `it was moved to ${movedTo}`;
      return new ContentError('STORE_DAMAGED', `Cannot read ${this.#dbOptions.path}: the database was damaged, ${what}, and images and cache begin anew`, {
        family: 'filesystem',
        hint: 'Build again; images and cache are then made anew.',
        retryable: true,
        cause: error,
      });
    }
    const explained = storageError(error, 'use the store', this.root);
    const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
    // Something in the store has the wrong type: a folder in place of a file, or the like.
    const isDamage = isFileDamage(error) || code === 'ENOENT' || code === 'ENOTEMPTY';
    if (explained !== error || !isDamage || !String(message).includes(this.root)) return explained;
    return new ContentError('STORE_DAMAGED', `Cannot use the store in ${this.root}: ${String(message)}`, {
      family: 'filesystem',
      hint: 'Move the named file or folder out of the store and build again; `ossb prune --all` removes everything that can be made anew.',
      cause: error,
    });
  }

  /** A fresh folder on the store's filesystem; it goes with `close`, or by a sweep when this process has died. */
  tempDir(): string {
    return this.#temp.folder();
  }

  /** Removes the temporary files of dead processes, and the files of their locks. */
  sweep(): SweepResult {
    const folder = join(this.root, 'locks');
    for (const name of readdirSync(folder)) if (name !== collectionLock && name !== 'database') tryLock(join(folder, name), 'exclusive', 0)?.release();
    return this.#temp.sweep();
  }

  /** Takes the named lock, or returns undefined where someone holds it. Names are file names. */
  tryLock(name: string, mode: LockMode = 'exclusive'): Lock | undefined {
    return this.#keep(tryLock(this.#lockPath(name), mode));
  }

  /** Waits for the named lock. */
  async lock(name: string, signal: AbortSignal, mode: LockMode = 'exclusive'): Promise<Lock> {
    return this.#keep(await lock(this.#lockPath(name), signal, mode));
  }

  /** Protects everything in the store from collection until released. Every build holds one; many may. */
  lease(signal: AbortSignal): Promise<Lock> {
    return this.lock(collectionLock, signal, 'shared');
  }

  /** Whether someone, this process included, holds a lease. */
  isLeased(): boolean {
    const free = this.tryLock(collectionLock);
    free?.release();
    return free === undefined;
  }

  /** The right to delete from the store: there is no lease while it is held. Waits `waitMs` for running builds, by default not at all. Errors: STORE_BUSY. */
  async exclusive(signal: AbortSignal, waitMs = 0): Promise<Lock> {
    const limit = AbortSignal.timeout(Math.max(waitMs, 1));
    try {
      return this.tryLock(collectionLock) ?? (await this.lock(collectionLock, AbortSignal.any([signal, limit])));
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error;
      throw new ContentError('STORE_BUSY', `Cannot clean ${this.root}: a build is using it`, {
        family: 'resource',
        hint: 'Try again when the builds over this store have ended.',
        retryable: true,
      });
    }
  }

  /** Releases locks, removes this process's temporary files, closes the database. */
  close(): void {
    for (const held of this.#locks) held.release();
    this.#locks.clear();
    this.#temp.close();
    this.#closeDatabase();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #dbOptions(): DatabaseOptions {
    return {
      path: join(this.root, 'store.db'),
      temporaryPath: () => this.#temp.path(),
      lockPath: this.#lockPath('database'),
      onReplaced: (movedTo) => this.healed(`The store's database was damaged: it was moved to ${movedTo}, and images and cache begin anew`),
    };
  }

  #closeDatabase(): void {
    if (this.#db?.isOpen) this.#db.close();
    this.#db = undefined;
  }

  #lockPath(name: string): string {
    if (!/^[A-Za-z0-9_.-]{1,200}$/.test(name)) throw new Error(`not a lock name: ${JSON.stringify(name)}`);
    return join(this.root, 'locks', name);
  }

  #keep<T extends Lock | undefined>(held: T): T {
    if (!held) return held;
    this.#locks.add(held);
    const release = (): void => {
      this.#locks.delete(held);
      held.release();
    };
    return { path: held.path, release, [Symbol.dispose]: release } as T;
  }
}

const collectionLock = 'collection';

/** OCI image spec, image-layout.md. Safe for several processes at once. */
function makeLayout(root: string): void {
  try {
    makeFolders(root, 0o700);
    for (const folder of layoutFolders) mkdirSync(join(root, folder), { recursive: true });
    // The names of our images are in the database; tools that read the layout need the file.
    writeFileSync(join(root, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
    writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  } catch (error) {
    throw storageError(error, `make the store in ${root}`);
  }
}
