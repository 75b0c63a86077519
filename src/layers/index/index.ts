export { LayerCatalog, type LayerCatalogOptions } from './layer-catalog.ts';
export type { LayerFiles } from './layer-files.ts';
export type { ArchiveForms, ArrivingBlob, CommitRequest, EnsureDirOptions, LayerForms, LayerRecord, PresentForms, WriteLayerRequest } from './layer-forms.ts';
export { checkDepth, SnapshotError, topmost, type SnapshotErrorCode } from './chain.ts';
export { type FolderAttributes, impliedByDefault, isUnpacked, unpackedPrefix, unpackedPrefixOf } from './unpacked-folders.ts';
export { damagedLayer, hostile, LayerError, layerError, missing, type LayerErrorCode } from './error.ts';
