export { LayerPacker, type LayerPackerOptions, type PackOutputs } from './layer-packer.ts';
export type { FolderSink } from './folder-sink.ts';
export { type Contents, openFile } from './contents.ts';
export type { ExportRequest } from './export-tree.ts';
export { planTree, sourcesOf } from './plan-tree.ts';
export { writeToFolder } from './pack-entries.ts';
export { defaultLayerLimits, type LayerLimits, writeAll } from './unpacker.ts';
export { isSmallLayer } from './small-layer.ts';
