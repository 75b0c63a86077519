export { type Compression, mediaTypes, isIndexType, layerCompression, layerMediaType } from './media-type.ts';
export { digestOf, type Digest, type DiffID, type TreeID, hexOf, parseDiffID, parseDigest, isDigest, DigestError } from './digest.ts';
export { type Platform, formatPlatform, parsePlatform, platformMatches, nodePlatform, PlatformError } from './platform.ts';
export type { ImageConfig, ContainerConfig, Healthcheck, History } from './image-config.ts';
export { parseReference, familiarReference, formatReference, type Reference, ReferenceError } from './reference.ts';
export type { Descriptor } from './descriptor.ts';
export type { Index, Manifest } from './manifest.ts';
export { parseImageConfig, parseIndex, parseManifest, ManifestError } from './validate.ts';
