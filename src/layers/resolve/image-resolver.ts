import type { LayerSources } from '../cache/index.ts';
import type { Store } from '../../host/content/index.ts';
import { parseImageConfig, parseIndex, parseManifest } from '../../core/oci/index.ts';
import {
  formatPlatform,
  formatReference,
  isIndexType,
  parseDiffID,
  parseReference,
  type Descriptor,
  type Digest,
  type ImageConfig,
  type Index,
  type Manifest,
  type Platform,
  type Reference,
} from '../../core/oci/index.ts';
import { RegistryError, selectPlatform, type RegistryClient } from '../../host/registry/index.ts';

/** An image as a base: its config and where its layers are. */
export interface ResolvedImage {
  /** Full reference with the digest that the name stood for. */
  readonly ref: string;
  readonly manifest: Digest;
  readonly platform: Platform;
  readonly config: ImageConfig;
}

export interface ResolverOptions {
  readonly store: Store;
  readonly registry: () => Promise<RegistryClient>;
  readonly sources: LayerSources;
  /** `--pull`: do not take the store's own image of that name. */
  readonly pull: boolean;
  /** Shows the work as a step; `id` distinguishes what has the same name. */
  readonly tell: <T>(name: string, id: string, work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

/**
 * Finds the manifest and the config of an image for a platform; no layer is fetched. A name that this store built is taken from the store, unless `pull`; every
 * other tag is asked for at its registry, with one request where the manifest is known. Errors: those of the registry, PLATFORM_UNKNOWN among them.
 */
export class ImageResolver {
  readonly #options: ResolverOptions;
  readonly #memo = new Map<string, Promise<ResolvedImage>>();

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** `purpose` is shown as a step, once for each image. */
  resolve(name: string, platform: Platform, purpose: string): Promise<ResolvedImage> {
    const key = `${name} ${formatPlatform(platform)}`;
    let promise = this.#memo.get(key);
    if (promise === undefined) {
      const { tell, signal } = this.#options;
      promise = tell(purpose, `${purpose} ${formatPlatform(platform)}`, () => this.#resolve(parseReference(name), platform, signal));
      this.#memo.set(key, promise);
    }
    return promise;
  }

  async #resolve(ref: Reference, platform: Platform, signal: AbortSignal): Promise<ResolvedImage> {
    const name = formatReference(ref);
    const own = this.#options.pull ? undefined : this.#options.store.images.get(name);
    if (own !== undefined) {
      const resolved = await this.#read(ref, own.descriptor, platform, signal, 'store').catch((error: unknown) => {
        if (error instanceof RegistryError && error.code === 'PLATFORM_UNKNOWN') return undefined;
        throw error;
      });
      // An image of its own that was built for another platform: its registry may have it for this one.
      if (resolved !== undefined && isFor(platform, resolved.platform)) return resolved;
    }
    const { store, registry } = this.#options;
    const known = ref.digest === undefined ? undefined : descriptorOfKnown(store, ref.digest);
    const descriptor = known ?? (await (await registry()).resolve(ref, signal));
    return this.#read(ref, descriptor, platform, signal, 'registry');
  }

  async #read(ref: Reference, root: Descriptor, platform: Platform, signal: AbortSignal, from: 'store' | 'registry'): Promise<ResolvedImage> {
    const name = formatReference(ref);
    let descriptor = root;
    if (isIndexType(root.mediaType)) {
      const index = parseIndex(await this.#document(ref, root, signal), name);
      descriptor = selectPlatform(index, platform, name);
    }
    const manifest = parseManifest(await this.#document(ref, descriptor, signal), name);
    const { blobs } = this.#options.store;
    let configDocument = blobs.readSound(manifest.config.digest);
    if (configDocument === undefined) {
      await (await this.#options.registry()).pullBlob(ref, manifest.config, blobs, { signal });
      configDocument = blobs.read(manifest.config.digest);
    }
    for (const digest of [root.digest, descriptor.digest, manifest.config.digest]) blobs.touch(digest);
    const config = parseImageConfig(configDocument, name);
    if (config.rootfs.diff_ids.length !== manifest.layers.length) {
      throw new RegistryError(
        'REGISTRY_PROTOCOL',
        `Cannot use ${name}: its manifest has ${manifest.layers.length} layers and its config ${config.rootfs.diff_ids.length}`,
        {
          family: 'manifest',
          hint: 'The image is damaged at its source; push it again.',
        },
      );
    }
    if (from === 'registry') this.#remember(ref, manifest, config);
    const { tag: _tag, ...rest } = ref;
    return {
      ref: formatReference(ref.tag === undefined ? { ...rest, digest: root.digest } : { ...rest, tag: ref.tag, digest: root.digest }),
      manifest: descriptor.digest,
      platform: { os: config.os, architecture: config.architecture, ...(config.variant === undefined ? {} : { variant: config.variant }) },
      config,
    };
  }

  async #document(ref: Reference, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
    const { store, registry } = this.#options;
    const stored = store.blobs.readSound(descriptor.digest);
    if (stored !== undefined) return stored;
    const { tag: _tag, ...repository } = ref;
    const { bytes } = await (await registry()).fetchManifest({ ...repository, digest: descriptor.digest }, signal);
    store.blobs.put(bytes);
    return bytes;
  }

  #remember(ref: Reference, manifest: Manifest, config: ImageConfig): void {
    const layers = manifest.layers.map((descriptor, i) => ({ descriptor, diffID: parseDiffID(config.rootfs.diff_ids[i]!) }));
    this.#options.sources.add(formatReference(ref), layers);
  }
}

function isFor(wanted: Platform, found: Platform): boolean {
  return wanted.os === found.os && wanted.architecture === found.architecture;
}

function descriptorOfKnown(store: Store, digest: Digest): Descriptor | undefined {
  const bytes = store.blobs.readSound(digest);
  if (bytes === undefined) return undefined;
  const { mediaType, manifests } = JSON.parse(bytes.toString('utf8')) as Partial<Index>;
  const fallback = manifests === undefined ? 'application/vnd.oci.image.manifest.v1+json' : 'application/vnd.oci.image.index.v1+json';
  return { mediaType: mediaType ?? fallback, digest, size: bytes.length };
}
