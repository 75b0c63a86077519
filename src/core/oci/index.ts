export { type DiffID, type Digest, digestOf, parseDiffID, hexOf, isDigest, parseDigest, type TreeID, DigestError } from './digest.ts';
export type { Manifest, Index } from './manifest.ts';
export { formatReference, parseReference, familiarReference, type Reference, ReferenceError } from './reference.ts';
export { formatPlatform, type Platform, nodePlatform, parsePlatform, platformMatches, PlatformError } from './platform.ts';
export type { ImageConfig, ContainerConfig, Healthcheck, History } from './image-config.ts';
export type { Descriptor } from './descriptor.ts';
export { isIndexType, type Compression, layerCompression, layerMediaType, mediaTypes, isManifestType } from './media-type.ts';
