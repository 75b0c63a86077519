import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Store } from '../../host/content/index.ts';
import { parseImageConfig, parseIndex, parseManifest } from '../../core/oci/index.ts';
import type { LayerCatalog } from '../index/index.ts';
import { digestOf, hexOf, isDigest, isIndexType, parseDiffID, type Descriptor, type Index, type Platform } from '../../core/oci/index.ts';
import { selectPlatform } from '../../host/registry/index.ts';
import { BuildError } from '../../core/errors.ts';
import type { ResolvedImage } from './image-resolver.ts';

export type LayoutErrorCode =
  /** A folder given as `oci-layout://` is no OCI layout, or does not have the image. */
  'CONTEXT_INVALID';

/** A layout that is not what the build asked for. */
export class LayoutError extends BuildError<LayoutErrorCode> {}

export interface LayoutPorts {
  readonly store: Store;
  readonly layers: LayerCatalog;
  readonly signal: AbortSignal;
}

/** Takes an image of an OCI layout folder (OCI image spec image-layout.md) into the store. `ref` is a tag or a digest. Errors: CONTEXT_INVALID, and those of damaged documents. */
export async function importOciLayout(folder: string, ref: string, platform: Platform, ports: LayoutPorts): Promise<ResolvedImage> {
  const { store, layers, signal } = ports;
  const name = `oci-layout://${folder}:${ref}`;
  const indexPath = join(folder, 'index.json');
  if (!existsSync(indexPath)) throw layoutError(`Cannot use ${name}: ${folder} has no index.json`, 'Give the folder of an OCI layout.');
  const root = choose(parseIndex(readFileSync(indexPath), indexPath), ref, name);
  const read = (descriptor: Descriptor): Buffer => {
    const bytes = readBlob(folder, descriptor, name);
    if (digestOf(bytes) !== descriptor.digest) throw layoutError(`Cannot use ${name}: blob ${descriptor.digest} is damaged`, 'Write the layout again.');
    store.blobs.put(bytes);
    return bytes;
  };
  const descriptor = isIndexType(root.mediaType) ? selectPlatform(parseIndex(read(root), name), platform, name) : root;
  const manifest = parseManifest(read(descriptor), name);
  const config = parseImageConfig(read(manifest.config), name);
  for (const [i, layer] of manifest.layers.entries()) {
    if (!store.blobs.has(layer.digest)) {
      if (!existsSync(blobPath(folder, layer))) throw incomplete(layer, name);
      using writer = store.blobs.writer({ digest: layer.digest, size: layer.size });
      for await (const chunk of createReadStream(blobPath(folder, layer), { highWaterMark: 1 << 20 })) {
        signal.throwIfAborted();
        writer.write(chunk as Uint8Array);
      }
      await writer.commit();
    }
    layers.registerBlob(parseDiffID(config.rootfs.diff_ids[i] ?? ''), layer);
  }
  return {
    ref: name,
    manifest: descriptor.digest,
    platform: { os: config.os, architecture: config.architecture, ...(config.variant === undefined ? {} : { variant: config.variant }) },
    config,
  };
}

function choose(index: Index, ref: string, name: string): Descriptor {
  const found = isDigest(ref)
    ? index.manifests.find((item) => item.digest === ref)
    : (index.manifests.find((item) => item.annotations?.['org.opencontainers.image.ref.name'] === ref) ??
      (ref === 'latest' && index.manifests.length === 1 ? index.manifests[0] : undefined));
  if (found !== undefined) return found;
  const tags = index.manifests.flatMap((item) => item.annotations?.['org.opencontainers.image.ref.name'] ?? []);
  throw layoutError(`Cannot use ${name}: the layout has no ${ref}`, tags.length > 0 ? `It has ${tags.join(', ')}.` : 'Name an image of it by its digest.');
}

/** Documents are small: 16 MiB are more than any. */
function readBlob(folder: string, descriptor: Descriptor, name: string): Buffer {
  const stats = statSync(blobPath(folder, descriptor), { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > 16 << 20) throw incomplete(descriptor, name);
  return readFileSync(blobPath(folder, descriptor));
}

function incomplete(descriptor: Descriptor, name: string): Error {
  return layoutError(`Cannot use ${name}: the layout lacks blob ${descriptor.digest}`, 'Write the layout again, for this platform too.');
}

function blobPath(folder: string, descriptor: Descriptor): string {
  return resolve(folder, 'blobs', 'sha256', hexOf(descriptor.digest));
}

function layoutError(message: string, hint: string): LayoutError {
  return new LayoutError('CONTEXT_INVALID', message, { family: 'validation', hint });
}
