import { BuildError } from '../../core/errors.ts';
import { parseReference, type Reference } from '../../core/oci/index.ts';
import type { RegistryClient } from '../../host/registry/index.ts';
import type { BlobStore } from '../../host/content/index.ts';
import { documentsOf, layersOf, type ExportLayer, type ImageSet, type ProvideBlob } from './image-set.ts';

export interface PusherOptions {
  readonly registry: RegistryClient;
  readonly blobs: BlobStore;
  readonly provide: ProvideBlob;
  /** Repositories that are known to hold the layer, as full references. */
  readonly sources: (layer: ExportLayer) => readonly string[];
  readonly signal: AbortSignal;
}

/** Called for each upload: the layer's digest and bytes. */
export type OnUpload = (id: string, current: number, total: number) => void;

/** Uploads layers as they become ready, and images at the end. A layer goes to a repository once. */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #layers = new Map<string, Promise<void>>();
  readonly #listeners = new Set<OnUpload>();

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /** Starts the upload of a layer, or joins the one under way. */
  layer(ref: Reference, layer: ExportLayer): Promise<void> {
    const key = uploadKey(ref, layer);
    let upload = this.#layers.get(key);
    if (upload === undefined) {
      upload = this.#pushLayer(ref, layer);
      upload.catch(() => this.#layers.delete(key));
      this.#layers.set(key, upload);
    }
    return upload;
  }

  /** Pushes an image under each of its names. Does nothing more than ask where the name stands for this image already. */
  async image(set: ImageSet, names: readonly string[], onUpload: OnUpload): Promise<void> {
    this.#listeners.add(onUpload);
    try {
      await Promise.all(names.map((name) => this.#pushName(set, parseReference(name))));
    } finally {
      this.#listeners.delete(onUpload);
    }
  }

  async #pushName(set: ImageSet, ref: Reference): Promise<void> {
    const { registry, blobs, signal } = this.#options;
    if (await this.#stands(ref, set)) return;
    await Promise.all([
      ...layersOf(set).map((layer) => this.#finishLayer(ref, layer)),
      ...set.platforms.map(({ image: { configDocument } }) => {
        blobs.put(configDocument.bytes);
        return registry.pushBlob(ref, configDocument.descriptor, blobs, { signal });
      }),
    ]);
    const configs = new Set(set.platforms.map(({ image }) => image.configDocument.descriptor.digest));
    for (const document of documentsOf(set)) {
      if (configs.has(document.descriptor.digest)) continue;
      const { digest, mediaType } = document.descriptor;
      const isRoot = digest === set.root.digest;
      const { tag: _tag, digest: _digest, ...repository } = ref;
      const target: Reference = isRoot && ref.tag !== undefined ? { ...repository, tag: ref.tag } : { ...repository, digest };
      await registry.pushManifest(target, document.bytes, mediaType, signal);
    }
  }

  /** An upload that was begun while steps ran, and failed, is tried once more: then its failure counts. */
  async #finishLayer(ref: Reference, layer: ExportLayer): Promise<void> {
    const wasBegun = this.#layers.has(uploadKey(ref, layer));
    const upload = this.layer(ref, layer);
    if (!wasBegun) return upload;
    await upload.catch(() => {
      this.#options.signal.throwIfAborted();
      return this.layer(ref, layer);
    });
  }

  async #stands(ref: Reference, set: ImageSet): Promise<boolean> {
    try {
      const found = await this.#options.registry.resolve(ref, this.#options.signal, { mirrors: false, push: true });
      return found.digest === set.root.digest;
    } catch (error) {
      if (error instanceof BuildError && (error.family === 'registry' || error.family === 'authentication')) return false;
      throw error;
    }
  }

  async #pushLayer(ref: Reference, layer: ExportLayer): Promise<void> {
    const { registry, blobs, provide, sources, signal } = this.#options;
    const mountFrom = sources(layer)
      .map((source) => parseReference(source))
      .find((source) => source.registry === ref.registry && source.repository !== ref.repository)?.repository;
    if (!blobs.has(layer.blob.digest)) {
      if (await registry.hasBlob(ref, layer.blob.digest, signal)) return;
      if (mountFrom !== undefined && (await registry.mountBlob(ref, layer.blob.digest, mountFrom, signal))) return;
    }
    await registry.pushBlob(ref, layer.blob, blobs, {
      signal,
      // Not before: what the registry has need not be read.
      beforeUpload: () => provide(layer, signal),
      onProgress: (current, total) => {
        for (const listener of this.#listeners) listener(layer.blob.digest, current, total);
      },
      ...(mountFrom === undefined ? {} : { mountFrom }),
    });
  }
}

function uploadKey(ref: Reference, layer: ExportLayer): string {
  return `${ref.registry}/${ref.repository} ${layer.blob.digest}`;
}
