export { assembleImage, type AssembledImage, type Document, assembleIndex, type HistoryItem, documentOf, ImageError, type ImageInput } from './assemble.ts';
