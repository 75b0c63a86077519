export { type Digest, type DiffID, type TreeID, DigestError, parseDigest, parseDiffID, isDigest, hexOf, digestOf } from './digest.ts';
export type { Descriptor } from './descriptor.ts';
export { mediaTypes, type Compression, layerCompression, layerMediaType, isIndexType, isManifestType } from './media-type.ts';
export type { ContainerConfig, Healthcheck, History, ImageConfig } from './image-config.ts';
export type { Manifest, Index } from './manifest.ts';
export { type Platform, PlatformError, parsePlatform, formatPlatform, nodePlatform, platformMatches } from './platform.ts';
export { type Reference, ReferenceError, parseReference, formatReference, familiarReference } from './reference.ts';
