import type { LayerSources } from '../cache/index.ts';
import type { Store } from '../content/index.ts';
import type { LayerStore } from '../layer/index.ts';
import { layerCompression, layerMediaType, parseReference, type Compression, type Descriptor, type DiffID } from '../oci/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { StepEvent } from '../solver/index.ts';
import type { LayerIndex } from '../tree/index.ts';
import type { WorkerClient } from '../worker/index.ts';
import { BuildError } from '../errors.ts';
import type { BuildEvent } from './events.ts';

export interface LayerProviderOptions {
  readonly store: Store;
  readonly layers: LayerStore;
  readonly sources: LayerSources;
  readonly registry: () => Promise<RegistryClient>;
  readonly worker: () => Promise<WorkerClient>;
  readonly activity: (activity: (BuildEvent & { kind: 'activity' })['activity'], detail: string) => void;
  readonly signal: AbortSignal;
}

class LayerError extends BuildError<'LAYER_LOST'> {}

type Emit = (event: StepEvent) => void;

/** Brings layers into the form that is asked for, fetching or converting only then. Equal wishes at once share the work. */
export class LayerProvider {
  readonly #options: LayerProviderOptions;
  readonly #blobs = new Map<DiffID, Promise<void>>();
  readonly #indexes = new Map<DiffID, Promise<LayerIndex>>();
  readonly #unpacked = new Map<DiffID, Promise<void>>();
  readonly #available = new Map<DiffID, boolean>();

  constructor(options: LayerProviderOptions) {
    this.#options = options;
  }

  /** Whether the layer is in the store or a registry is known to hold it. */
  available(diffID: DiffID): boolean {
    let known = this.#available.get(diffID);
    if (known === undefined) {
      known = this.#options.layers.has(diffID) || this.#options.sources.of(diffID).length > 0;
      this.#available.set(diffID, known);
    }
    return known;
  }

  index(diffID: DiffID): Promise<LayerIndex> {
    return once(this.#indexes, diffID, async () => {
      const { layers, worker, activity } = this.#options;
      if (!layers.has(diffID)) {
        await this.fetch(diffID);
        activity('unpack', `indexing ${diffID}`);
        await (await worker()).indexLayer(diffID);
      }
      return layers.index(diffID);
    });
  }

  /** Returns when every layer of a chain, lowest first, is unpacked. They are fetched at once and unpacked one after the other: a folder that a layer only implies has the attributes that it has below. */
  async unpack(diffIDs: readonly DiffID[], emit?: Emit): Promise<void> {
    const missing = diffIDs.filter((diffID) => !this.#options.layers.forms(diffID).dir);
    await Promise.all(missing.map((diffID) => this.fetch(diffID, emit)));
    for (const diffID of missing) await once(this.#unpacked, diffID, () => this.#unpack(diffID, diffIDs.slice(0, diffIDs.indexOf(diffID))));
  }

  /** Has the bytes of a layer in the store in some form, from a registry where the store has none. Errors: LAYER_LOST and those of the registry. */
  fetch(diffID: DiffID, emit?: Emit): Promise<void> {
    return once(this.#blobs, diffID, async () => {
      if (!this.#options.layers.hasBytes(diffID)) await this.#pull(diffID, emit);
    });
  }

  async #pull(diffID: DiffID, emit?: Emit): Promise<void> {
    const { layers, store, sources, registry, activity, signal } = this.#options;
    const [source] = sources.of(diffID);
    if (source === undefined) {
      throw new LayerError('LAYER_LOST', `Cannot use layer ${diffID}: it is not in the store, and no registry is known to hold it`, {
        family: 'filesystem',
        hint: 'Build again with --no-cache.',
      });
    }
    const { descriptor } = source;
    if (!store.blobs.has(descriptor.digest)) {
      activity('download', `${source.reference} ${descriptor.digest}`);
      await (
        await registry()
      ).pullBlob(parseReference(source.reference), descriptor, store.blobs, {
        signal,
        onProgress: (current: number) => emit?.({ kind: 'progress', id: descriptor.digest, action: 'downloading', current, total: descriptor.size }),
      });
    }
    layers.registerBlob(diffID, descriptor);
  }

  /** How the layer goes into an image, without having its bytes where a registry holds it compressed already. `force` recompresses what is compressed otherwise. */
  async descriptor(diffID: DiffID, format: { family: 'oci' | 'docker'; compression: Compression; level?: number; force: boolean }): Promise<Descriptor> {
    const { layers, sources, worker } = this.#options;
    const pulled = sources.of(diffID)[0]?.descriptor;
    const usable = pulled !== undefined && (!format.force || layerCompression(pulled.mediaType) === format.compression) ? pulled : undefined;
    let descriptor = usable ?? layers.blob(diffID, format.compression);
    if (descriptor === undefined) {
      await this.fetch(diffID);
      descriptor = await (await worker()).ensureBlob(diffID, format.compression, format.level);
    }
    const { digest, size } = descriptor;
    return { mediaType: layerMediaType(layerCompression(descriptor.mediaType) ?? format.compression, format.family), digest, size };
  }

  /** Has the compressed bytes of an exported layer in the store's blobs. */
  async provide(layer: { readonly diffID: DiffID; readonly blob: Descriptor }): Promise<void> {
    const { store, layers, worker } = this.#options;
    if (store.blobs.has(layer.blob.digest)) return;
    if (layers.hasBytes(layer.diffID)) await (await worker()).ensureBlob(layer.diffID, layerCompression(layer.blob.mediaType) ?? 'gzip');
    if (!store.blobs.has(layer.blob.digest)) await this.#pull(layer.diffID);
  }

  async #unpack(diffID: DiffID, below: readonly DiffID[]): Promise<void> {
    const { layers, worker, activity } = this.#options;
    if (layers.forms(diffID).dir) return;
    activity('unpack', diffID);
    await (await worker()).unpackLayer(diffID, below);
  }
}

function once<K, V>(memo: Map<K, Promise<V>>, key: K, work: () => Promise<V>): Promise<V> {
  let promise = memo.get(key);
  if (promise === undefined) {
    promise = work();
    memo.set(key, promise);
    promise.catch(() => memo.delete(key));
  }
  return promise;
}
