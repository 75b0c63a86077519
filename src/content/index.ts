export { openStore, Store, type StoreOptions } from './store.ts';
export { BlobStore, type BlobStoreOptions } from './blob-store.ts';
export { BlobWriter, type ExpectedBlob } from './blob-writer.ts';
export { ImageTable, type ImageRecord } from './image-table.ts';
export { type Lock, type LockMode, lock, tryLock } from './lock.ts';
export type { SweepResult } from './temp-area.ts';
export { migrate, transaction } from './database.ts';
export { ContentError, type ContentErrorCode, isFileDamage, storageError } from './error.ts';
