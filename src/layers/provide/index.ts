export { type LayerDisplay, LayerProvider, type LayerProviderOptions } from './layer-provider.ts';
export { type ArchiveMaker, type FolderMaker, LayerMakers, type LayerMakersOptions } from './layer-makers.ts';
