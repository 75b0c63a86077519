export { RecordStore, type RecordStoreOptions } from './record-store.ts';
export { Memo } from './memo.ts';
export { LayerSources, type LayerSource } from './layer-sources.ts';
