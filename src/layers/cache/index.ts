export { LayerSources, type LayerSource } from './layer-sources.ts';
export { Memo } from './memo.ts';
export { RecordStore, type RecordStoreOptions } from './record-store.ts';
