import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { BlobStore } from './blob-store.ts';
import { openDatabase } from './database.ts';
import { ContentError, storageError } from './error.ts';
import { ImageTable } from './image-table.ts';
import { lock, tryLock, type Lock, type LockMode } from './lock.ts';
import { TempArea, type SweepResult } from './temp-area.ts';

export interface StoreOptions {
  /** Whether blobs are flushed to the disk before they get their names. Default true; false trades safety in a power failure for speed. */
  readonly durable?: boolean;
}

/** Opens the store in folder `root`, making it where missing. Cheap: nothing is read but one `stat`. Errors: STORE_UNUSABLE, DISK_FULL. */
export function openStore(root: string, options: StoreOptions = {}): Store {
  // Written last by makeLayout, so the one file tells that all is there.
  if (!existsSync(join(root, 'oci-layout'))) makeLayout(root);
  return new Store(root, options);
}

/** The folder that all processes of a user share: blobs in an OCI layout, image names, locks, temporary files, and a database for the rooms' tables. */
export class Store implements Disposable {
  readonly root: string;
  readonly blobs: BlobStore;
  readonly images: ImageTable;
  readonly #temp: TempArea;
  /** Held so that no lock is collected as garbage, and for `close`. */
  readonly #locks = new Set<Lock>();
  #db: DatabaseSync | undefined;

  constructor(root: string, options: StoreOptions) {
    this.root = root;
    this.#temp = new TempArea(join(root, 'tmp'));
    this.images = new ImageTable(() => this.db());
    this.blobs = new BlobStore({
      folder: join(root, 'blobs', 'sha256'),
      temporaryPath: () => this.#temp.path(),
      locksFolder: join(root, 'locks'),
      durable: options.durable ?? true,
    });
  }

  /** The database, opened on first use. Rooms make their tables with `migrate` and write within `transaction`. Errors: STORE_NEWER, STORE_UNUSABLE, DISK_FULL. */
  db(): DatabaseSync {
    try {
      return (this.#db ??= openDatabase(join(this.root, 'store.db'), () => this.#temp.path()));
    } catch (error) {
      throw storageError(error, 'open the store', this.root);
    }
  }

  /** A fresh folder on the store's filesystem; it goes with `close`, or by a sweep when this process has died. */
  tempDir(): string {
    return this.#temp.folder();
  }

  /** Removes the temporary files of dead processes, and the files of their locks. */
  sweep(): SweepResult {
    const folder = join(this.root, 'locks');
    for (const name of readdirSync(folder)) if (name !== collectionLock) tryLock(join(folder, name), 'exclusive', 0)?.release();
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
    if (this.#db?.isOpen) this.#db.close();
    this.#db = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
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
    mkdirSync(root, { recursive: true, mode: 0o700 });
    for (const folder of ['blobs/sha256', 'tmp', 'locks']) mkdirSync(join(root, folder), { recursive: true });
    // The names of our images are in the database; tools that read the layout need the file.
    writeFileSync(join(root, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
    writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  } catch (error) {
    throw storageError(error, `make the store in ${root}`);
  }
}
