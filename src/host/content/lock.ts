import { statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { makeFolders } from '../../core/stream/index.ts';
import { storageError } from './error.ts';

/** 'exclusive': one holder. 'shared': many, while there is no exclusive one. */
export type LockMode = 'exclusive' | 'shared';

/** A lock held by this process; the kernel drops it when the process dies, however it dies. */
export interface Lock extends Disposable {
  readonly path: string;
  /** Idempotent. */
  release(): void;
}

/**
 * Takes the lock at `path`, or returns undefined where it is held, by whichever process in whichever namespace. The file is made where missing and an exclusive
 * holder removes it again. Two attempts at once may both fail with a `busyTimeoutMs` of 0.
 *
 * The lock is SQLite's own on an empty file: fcntl, which Node does not offer by itself. Nothing else may open the file, since closing any descriptor of it
 * drops the lock.
 */
export function tryLock(path: string, mode: LockMode = 'exclusive', busyTimeoutMs = defaultBusyTimeoutMs): Lock | undefined {
  for (;;) {
    const before = identityOf(path);
    if (before === undefined) makeFolders(dirname(path));
    const db = begin(path, mode, busyTimeoutMs);
    if (db === undefined) return undefined;
    // A former holder may have removed the file between our opening and our locking it: then what we hold is nobody's lock, and we try the new file.
    if (before !== undefined && before === identityOf(path)) return held(path, mode, db);
    db.close();
  }
}

/** Waits for the lock. Rejects with the signal's reason. */
export async function lock(path: string, signal: AbortSignal, mode: LockMode = 'exclusive'): Promise<Lock> {
  for (let waitMs = 4; ; waitMs = Math.min(waitMs * 2, maxPollMs)) {
    signal.throwIfAborted();
    const taken = tryLock(path, mode);
    if (taken) return taken;
    await setTimeout(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

const maxPollMs = 60;

/** Long enough for another process's failing attempt to end, so that two attempts at once do not both fail. */
const defaultBusyTimeoutMs = 3;

function begin(path: string, mode: LockMode, busyTimeoutMs: number): DatabaseSync | undefined {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // Nothing is ever written, but SQLite would open a journal for the first page of an empty database. The read transaction keeps its lock until it is ended.
    db.exec(`PRAGMA journal_mode = MEMORY; ${mode === 'exclusive' ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT 1 FROM sqlite_schema'}`);
    return db;
  } catch (error) {
    db?.close();
    if ((error as { errcode?: unknown }).errcode === sqliteBusy) return undefined;
    throw storageError(error, `take the lock ${path}`);
  }
}

const sqliteBusy = 5;

function held(path: string, mode: LockMode, db: DatabaseSync): Lock {
  let open = true;
  const release = (): void => {
    if (!open) return;
    open = false;
    // Removed while held; see tryLock for who comes late. A shared holder is not alone and leaves it.
    if (mode === 'exclusive') removeQuietly(path);
    db.close();
  };
  return { path, release, [Symbol.dispose]: release };
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Left behind it does no harm: the next holder uses it.
  }
}

function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}
