export type { LayerRecord, WriteLayerRequest, ArrivingBlob, CommitRequest, EnsureDirOptions, LayerForms, PresentForms } from './layer-forms.ts';
export { LayerStore, type LayerStoreOptions } from './layer-store.ts';
export { unpackedPrefix, unpackedPrefixOf } from './unpacked-folders.ts';
export { LayerError, type LayerErrorCode } from './error.ts';
export { defaultLayerLimits, type LayerLimits } from './unpacker.ts';
