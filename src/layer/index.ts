export { unpackedPrefix, unpackedPrefixOf } from './unpacked-folders.ts';
export { LayerStore, type LayerStoreOptions } from './layer-store.ts';
export type { ArrivingBlob, CommitRequest, EnsureDirOptions, LayerForms, LayerRecord, PresentForms, WriteLayerRequest } from './layer-forms.ts';
export { LayerError, type LayerErrorCode } from './error.ts';
export { defaultLayerLimits, type LayerLimits } from './unpacker.ts';
