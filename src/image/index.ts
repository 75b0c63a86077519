export { assembleImage, assembleIndex, documentOf, ImageError, type AssembledImage, type Document, type HistoryItem, type ImageInput } from './assemble.ts';
export { ManifestError, parseImageConfig, parseIndex, parseManifest } from './validate.ts';
