import { existsSync, linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ContentError, isDatabaseDamage, storageError } from './error.ts';
import { tryLock } from './lock.ts';

/** Version of the store's format as a whole, in SQLite's user_version. Rooms version their own tables with `migrate`. */
const storeVersion = 1;

/** How long a statement waits for other processes, milliseconds. */
const busyTimeoutMs = 30_000;

export interface DatabaseOptions {
  readonly path: string;
  readonly temporaryPath: () => string;
  /** Held while a damaged database is replaced. */
  readonly lockPath: string;
  /** Called when a damaged database was moved to another path and a new one takes its place. */
  readonly onReplaced: (movedTo: string) => void;
}

/** Opens the store's database, making it where missing. One that is damaged is moved aside and made anew. Errors: STORE_NEWER. */
export function openDatabase(options: DatabaseOptions): DatabaseSync {
  const { path, temporaryPath, lockPath, onReplaced } = options;
  try {
    return open(path, temporaryPath);
  } catch (error) {
    if (!isDatabaseDamage(error) && !isNoFile(path)) throw error;
  }
  using _lock = tryLock(lockPath, 'exclusive', busyTimeoutMs);
  try {
    // Another process may have replaced it meanwhile.
    return open(path, temporaryPath);
  } catch (error) {
    if (!isDatabaseDamage(error) && !isNoFile(path)) throw error;
    onReplaced(moveAside(path));
    return open(path, temporaryPath);
  }
}

/** Moves a damaged database aside, unless another process has replaced it since it was opened. Returns where it is now; undefined where it was not moved. */
export function moveOpenedAside({ path, lockPath }: Pick<DatabaseOptions, 'path' | 'lockPath'>, inode: bigint | undefined): string | undefined {
  using lock = tryLock(lockPath, 'exclusive', busyTimeoutMs);
  return lock !== undefined && inode !== undefined && inodeOf(path) === inode ? moveAside(path) : undefined;
}

/** Of the file at a path; undefined where there is nothing. */
export function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Moves a damaged database out of the way, and returns its new path. The newest one alone is kept. Processes that have it open continue with the old file. */
function moveAside(path: string): string {
  const aside = `${path}.damaged`;
  // it may be a folder, which no rename replaces
  rmSync(aside, { recursive: true, force: true });
  // Left behind, they would be taken for parts of the new database.
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { recursive: true, force: true });
  renameSync(path, aside);
  return aside;
}

function isNoFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === false;
}

function open(path: string, temporaryPath: () => string): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  if (!existsSync(path)) create(DatabaseSync, path, temporaryPath());
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    // With WAL this loses no consistency, only perhaps the last transactions in a power failure.
    db.exec('PRAGMA synchronous = NORMAL');
    checkVersion(db, path);
    // Fails for an empty file, which SQLite takes for an empty database.
    db.prepare('SELECT 1 FROM schema_versions').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Brings a room's tables to the newest version: `steps[i]` is SQL that leads from version i to i + 1; steps are only ever appended. Cheap where nothing is to do,
 * and safe for many processes at once.
 */
export function migrate(db: DatabaseSync, room: string, steps: readonly string[]): void {
  const current = (): number => (db.prepare('SELECT version FROM schema_versions WHERE room = ?').get(room) as { version: number } | undefined)?.version ?? 0;
  if (current() >= steps.length) return;
  transaction(db, () => {
    for (const step of steps.slice(current())) db.exec(step);
    db.prepare('INSERT OR REPLACE INTO schema_versions (room, version) VALUES (?, max(?, ?))').run(room, steps.length, current());
  });
}

/** Runs `change` as one write transaction: all of it or, where it throws, nothing. */
export function transaction<T>(db: DatabaseSync, change: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = change();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw storageError(error, 'write to the store', dirname(db.location() ?? '/'));
  }
}

/** Made whole under another name and linked into place, so that nobody sees it half made: switching to WAL does not wait for others. */
function create(Database: typeof DatabaseSync, path: string, temporary: string): void {
  try {
    const db = new Database(temporary);
    try {
      db.exec(`
        PRAGMA synchronous = FULL;
        CREATE TABLE schema_versions (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
        PRAGMA user_version = ${storeVersion};
        -- Last: on a full disk, what is only in the log is lost when the file is closed, without an error.
        PRAGMA journal_mode = WAL;
      `);
    } finally {
      db.close();
    }
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function checkVersion(db: DatabaseSync, path: string): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > storeVersion) {
    throw new ContentError('STORE_NEWER', `Cannot use ${path}: its format is ${version}, and this version of ossb knows ${storeVersion}`, {
      family: 'filesystem',
      hint: 'Use the newer ossb that wrote the store, or another folder with --root.',
    });
  }
}
