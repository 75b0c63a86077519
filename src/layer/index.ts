export { LayerStore, type LayerStoreOptions, type ArrivingBlob, type EnsureDirOptions, type PresentForms } from './layer-store.ts';
export type { LayerForms, LayerRecord, WriteLayerRequest, CommitRequest } from './layer-forms.ts';
export { LayerError, type LayerErrorCode } from './error.ts';
export { defaultLayerLimits, type LayerLimits } from './unpacker.ts';
