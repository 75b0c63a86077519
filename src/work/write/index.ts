export { UnpackedLayers, type UnpackedLayersOptions } from './unpacked-layers.ts';
