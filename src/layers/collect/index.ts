export { pruneStore, type PrunePorts } from './prune.ts';
export type { DiskRecord, DiskUsage, PruneOptions, PruneResult, StoredImage } from './records.ts';
export { setAside } from './remains.ts';
export { storedImages, storeUsage, untaggedPrefix } from './store-usage.ts';
