export { parseImageConfig, parseIndex, parseManifest, ManifestError } from './validate.ts';
export { assembleImage, assembleIndex, type HistoryItem, type AssembledImage, type Document, documentOf, ImageError, type ImageInput } from './assemble.ts';
