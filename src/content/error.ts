import { statfsSync } from 'node:fs';
import { BuildError } from '../errors.ts';

export type ContentErrorCode =
  | 'BLOB_MISSING'
  | 'BLOB_DIGEST_MISMATCH'
  | 'BLOB_SIZE_MISMATCH'
  | 'BLOB_TOO_LARGE'
  | 'DISK_FULL'
  | 'STORE_UNUSABLE'
  | 'STORE_NEWER'
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
  if (
    code === 'EACCES' ||
    code === 'EPERM' ||
    code === 'EROFS' ||
    code === 'ENOTDIR' ||
    sqlite === sqliteCantOpen ||
    sqlite === sqliteReadonly ||
    sqlite === sqliteInputOutput
  ) {
    return new ContentError('STORE_UNUSABLE', `Cannot ${doing}: ${(error as Error).message}`, {
      family: 'filesystem',
      hint: 'Choose a folder that this user may write to with --root or OSSB_ROOT.',
      cause: error,
    });
  }
  if (sqlite === sqliteCorrupt || sqlite === sqliteNotADatabase) {
    return new ContentError('STORE_UNUSABLE', `Cannot ${doing}: the store's database is damaged`, {
      family: 'filesystem',
      hint: 'Remove store.db in the store folder; images and cache are then built anew.',
      cause: error,
    });
  }
  return error;
}

/** Primary result codes of SQLite. */
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
