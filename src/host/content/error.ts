import { statfsSync } from 'node:fs';
import { BuildError } from '../../core/errors.ts';

export type ContentErrorCode =
  /** The store has no such blob. Build again; it is then fetched or made anew. */
  | 'BLOB_MISSING'
  /** The bytes of a blob do not have its digest. Try again; if it stays, the source is damaged. */
  | 'BLOB_DIGEST_MISMATCH'
  /** A blob does not have the announced size. Try again; if it stays, the source is damaged. */
  | 'BLOB_SIZE_MISMATCH'
  /** A manifest or config is larger than the limit for reading it into memory. */
  | 'BLOB_TOO_LARGE'
  /** The disk, or the quota on it, is full. Free space with `ossb prune`, or choose another folder with --root. */
  | 'DISK_FULL'
  /** The store cannot be read or written by this user, or the machine is short of files or memory. */
  | 'STORE_UNUSABLE'
  /** Part of the store is not what was written there, and has been moved out of the way. */
  | 'STORE_DAMAGED'
  /** The store belongs to another user. */
  | 'STORE_FOREIGN'
  /** A newer version of ossb wrote the store. Use that version, or another folder with --root. */
  | 'STORE_NEWER'
  /** A build uses the store, so nothing can be deleted from it. Try again later. */
  | 'STORE_BUSY';

export class ContentError extends BuildError<ContentErrorCode> {}

/**
 * What a failed write to the store means: DISK_FULL, STORE_UNUSABLE, or the error itself where it is not about the disk. `doing` completes "Cannot ...".
 * `folder` is where the store is: SQLite does not tell a full disk from a broken one where it maps its shared memory, so then we look.
 */
export function storageError(error: unknown, doing: string, folder?: string): unknown {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  const sqlite = code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || sqlite === sqliteFull || (sqlite === sqliteInputOutput && folder !== undefined && isFull(folder))) {
    return new ContentError('DISK_FULL', `Cannot ${doing}: ${code === 'EDQUOT' ? 'the disk quota is used up' : 'the disk is full'}`, {
      family: 'resource',
      hint: 'Free space with `ossb prune`, or choose another folder with --root.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || sqlite === sqliteCantOpen || sqlite === sqliteReadonly || sqlite === sqliteInputOutput) {
    return new ContentError('STORE_UNUSABLE', `Cannot ${doing}: ${(error as Error).message}`, {
      family: 'filesystem',
      hint: 'Choose a folder that this user may write to with --root or OSSB_ROOT.',
      cause: error,
    });
  }
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM') {
    return new ContentError('STORE_UNUSABLE', `Cannot ${doing}: ${(error as Error).message}`, {
      family: 'resource',
      hint: 'The machine is short of memory or of open files: end other programs or raise the limit (ulimit -n), and try again.',
      retryable: true,
      cause: error,
    });
  }
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR') {
    return new ContentError('STORE_UNUSABLE', `Cannot ${doing}: ${(error as Error).message}`, {
      family: 'filesystem',
      hint: 'A file is where a folder should be, or the reverse: move the named one away, or choose another folder with --root or OSSB_ROOT.',
      cause: error,
    });
  }
  return error;
}

/** Whether a file that could not be read is no sound file. Otherwise this user may not read it, or it may be read later: nothing is known about it. */
export function isFileDamage(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'EISDIR' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EIO';
}

/** Whether SQLite found that a file is no sound database. */
export function isDatabaseDamage(error: unknown): boolean {
  const { code, errcode, message } = (error ?? {}) as { code?: unknown; errcode?: unknown; message?: unknown };
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return false;
  const primary = errcode & 0xff;
  // A flipped bit in the schema renames a table.
  return primary === sqliteCorrupt || primary === sqliteNotADatabase || (primary === sqliteError && /^no such (table|column)/.test(String(message)));
}

/** Primary result codes of SQLite. */
const sqliteError = 1;
const sqliteReadonly = 8;
const sqliteInputOutput = 10;
const sqliteCorrupt = 11;
const sqliteFull = 13;
const sqliteCantOpen = 14;
const sqliteNotADatabase = 26;

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < 1 << 20;
}
