import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../host/content/index.ts';
import { parseImageConfig, parseIndex, parseManifest } from '../../core/oci/index.ts';
import { unpackedPrefix, unpackedPrefixOf } from '../index/index.ts';
import { hexOf, isIndexType, type Descriptor, type Platform } from '../../core/oci/index.ts';
import type { DiskRecord, DiskUsage, StoredImage } from './records.ts';

/** What images keep from collection: hex digits of blobs and of layers' diffIDs. */
export interface Reachable {
  readonly blobs: ReadonlySet<string>;
  readonly layers: ReadonlySet<string>;
}

/** The images of a store, newest first. */
export function storedImages(store: Store): StoredImage[] {
  return store.images
    .list()
    .map((image) => {
      const parts = partsOf(store, image.descriptor);
      const sizes = new Map(parts.blobs.map((descriptor) => [descriptor.digest, descriptor.size]));
      const name = isUntagged(image.name) ? undefined : image.name;
      return {
        ...(name === undefined ? {} : { name }),
        digest: image.descriptor.digest,
        createdAtMs: image.createdAtMs,
        sizeBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
        platforms: parts.platforms,
      };
    })
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
}

/** An image that was built without a name is listed until it is pruned. */
export function isUntagged(name: string): boolean {
  return name.startsWith(untaggedPrefix);
}

export const untaggedPrefix = 'untagged@';

/** Everything in the store with its size, and what named images need. With `mappingID`, what was unpacked under another mapping of ids is a record of its own, which nothing needs. */
export function storeUsage(store: Store, inUse: boolean, mappingID: string | undefined): DiskUsage {
  const reachable = reachableFrom(store);
  const records: DiskRecord[] = [
    ...imageRecords(store, inUse),
    ...layerRecords(store, (name) => inUse || reachable.layers.has(name), mappingID).map((record) => ({ ...record, inUse: inUse || record.inUse })),
    ...blobRecords(store, reachable, inUse),
    ...folderRecords(store, 'mounts', 'cache-mount', () => inUse),
    ...folderRecords(store, 'git', 'source', () => inUse),
    ...folderRecords(store, 'http', 'source', () => inUse),
    ...folderRecords(store, 'contexts', 'source', () => inUse),
    // Locks, our own among them, are empty.
    ...folderRecords(store, 'tmp', 'temporary', () => true).filter((record) => record.sizeBytes > 0),
  ];
  const total = records.reduce((sum, record) => sum + record.sizeBytes, 0);
  const reclaimable = records.filter((record) => !record.inUse).reduce((sum, record) => sum + record.sizeBytes, 0);
  return { root: store.root, records, totalBytes: total, reclaimableBytes: reclaimable };
}

/** What the named images are made of. */
function reachableFrom(store: Store): Reachable {
  const blobs = new Set<string>();
  const layers = new Set<string>();
  for (const image of store.images.list()) {
    if (isUntagged(image.name)) continue;
    const parts = partsOf(store, image.descriptor);
    for (const descriptor of parts.blobs) blobs.add(hexOf(descriptor.digest));
    for (const diffID of parts.diffIDs) layers.add(diffID);
  }
  return { blobs, layers };
}

/** Follows an image's documents as far as the store has them undamaged. */
function partsOf(store: Store, root: Descriptor): { blobs: Descriptor[]; diffIDs: string[]; platforms: Platform[] } {
  const parts = { blobs: [root], diffIDs: [] as string[], platforms: [] as Platform[] };
  const document = store.blobs.readIfSound(root.digest);
  if (document === undefined) return parts;
  if (isIndexType(root.mediaType)) {
    for (const item of parseIndex(document, root.digest).manifests) {
      const inner = partsOf(store, item);
      parts.blobs.push(...inner.blobs);
      parts.diffIDs.push(...inner.diffIDs);
      parts.platforms.push(...inner.platforms);
    }
    return parts;
  }
  const manifest = parseManifest(document, root.digest);
  parts.blobs.push(manifest.config, ...manifest.layers);
  const configDocument = store.blobs.readIfSound(manifest.config.digest);
  if (configDocument !== undefined) {
    const config = parseImageConfig(configDocument, manifest.config.digest);
    parts.diffIDs.push(...config.rootfs.diff_ids.map(hexOf));
    parts.platforms.push({ os: config.os, architecture: config.architecture, ...(config.variant === undefined ? {} : { variant: config.variant }) });
  }
  return parts;
}

/** Images hold no bytes of their own: their layers and documents are records of their own. */
function imageRecords(store: Store, inUse: boolean): DiskRecord[] {
  return store.images.list().map((image) => ({
    id: image.name,
    kind: 'image',
    description: image.descriptor.digest,
    sizeBytes: 0,
    createdAtMs: image.createdAtMs,
    inUse: inUse || !isUntagged(image.name),
  }));
}

function blobRecords(store: Store, reachable: Reachable, inUse: boolean): DiskRecord[] {
  const folder = join(store.root, 'blobs', 'sha256');
  return namesIn(folder).map((name) => {
    const stats = lstatSync(join(folder, name));
    return {
      id: `sha256:${name}`,
      kind: 'blob',
      description: 'layer, manifest or config',
      sizeBytes: stats.size,
      createdAtMs: stats.birthtimeMs,
      lastUsedAtMs: stats.mtimeMs,
      inUse: inUse || reachable.blobs.has(name),
    };
  });
}

/** A layer that nothing needs is removed as a whole. */
function layerRecords(store: Store, inUse: (name: string) => boolean, mappingID: string | undefined): DiskRecord[] {
  return folderRecords(store, 'layers', 'layer', inUse).flatMap((record) => {
    if (mappingID === undefined || !record.inUse) return [record];
    const prefix = unpackedPrefixOf(mappingID);
    const names = namesIn(join(store.root, record.id)).filter((name) => name.startsWith(unpackedPrefix) && name !== prefix && !name.startsWith(`${prefix}-`));
    const others = names.map((name) => ({ ...record, id: `${record.id}/${name}`, sizeBytes: sizeOf(join(store.root, record.id, name)), inUse: false }));
    return [{ ...record, sizeBytes: record.sizeBytes - others.reduce((sum, other) => sum + other.sizeBytes, 0) }, ...others];
  });
}

function folderRecords(store: Store, area: string, kind: DiskRecord['kind'], inUse: (name: string) => boolean): DiskRecord[] {
  const folder = join(store.root, area);
  return namesIn(folder).map((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path);
    return {
      id: `${area}/${name}`,
      kind,
      description: describe(kind),
      sizeBytes: sizeOf(path),
      createdAtMs: stats.birthtimeMs,
      lastUsedAtMs: stats.mtimeMs,
      inUse: inUse(name),
    };
  });
}

function describe(kind: DiskRecord['kind']): string {
  return {
    image: 'image',
    layer: 'layer',
    blob: 'blob',
    'cache-mount': 'cache mount',
    source: 'fetched source',
    'cache-record': 'cache record',
    temporary: 'temporary files',
  }[kind];
}

function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
}

/** Bytes of a file or of all files below a folder; what this user may not read counts as nothing. */
function sizeOf(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.size;
  try {
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  } catch {
    return 0;
  }
}
