export { openStore, Store, type StoreOptions } from './store.ts';
export { ContentError, isFileDamage, storageError, type ContentErrorCode } from './error.ts';
export { transaction, migrate } from './database.ts';
export { BlobStore, type BlobStoreOptions } from './blob-store.ts';
export { type Lock, type LockMode, lock, tryLock } from './lock.ts';
export { BlobWriter, type ExpectedBlob } from './blob-writer.ts';
export { ImageTable, type ImageRecord } from './image-table.ts';
export type { SweepResult } from './temp-area.ts';
