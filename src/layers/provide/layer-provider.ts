import { utimesSync, statSync } from 'node:fs';
import { BuildError } from '../../core/errors.ts';
import { digestOf, layerCompression, layerMediaType, parseReference, type Compression, type Descriptor, type DiffID } from '../../core/oci/index.ts';
import type { LayerIndex } from '../../core/tree/index.ts';
import type { StepEvent } from '../../decide/solver/index.ts';
import { ContentError, type Store } from '../../host/content/index.ts';
import type { RegistryClient } from '../../host/registry/index.ts';
import type { LayerSource, LayerSources } from '../cache/index.ts';
import { checkDepth, type ArrivingBlob, type LayerCatalog } from '../index/index.ts';
import type { LayerMakers } from './layer-makers.ts';

/** Progress of work on a layer, without its kind. */
export type LayerProgress = Omit<Extract<StepEvent, { kind: 'progress' }>, 'kind'>;

/** Who shows the work on layers. */
export interface LayerDisplay {
  /** Wraps work on layers. */
  during<T>(diffIDs: readonly DiffID[], work: () => Promise<T>): Promise<T>;
  /** Takes progress of a layer; `other` shows it where the layer belongs to no base image. */
  reporter(diffID: DiffID, other: Emit | undefined): (progress: LayerProgress) => void;
}

export interface LayerProviderOptions {
  readonly store: Store;
  readonly layers: LayerCatalog;
  readonly sources: LayerSources;
  readonly registry: () => Promise<RegistryClient>;
  readonly makers: LayerMakers;
  readonly display: LayerDisplay;
  /** What the machine does, for the log of activities. */
  readonly activity: (activity: 'download' | 'unpack', detail: string) => void;
  readonly signal: AbortSignal;
}

type LostLayerErrorCode =
  /** A layer is neither in the store nor in a registry that had it. Build again; it is then made anew. */
  'LAYER_LOST';

class LostLayerError extends BuildError<LostLayerErrorCode> {}

type Emit = (event: StepEvent) => unknown;

/** `touch` writes no more often than this. */
const touchIntervalMs = 10 * 60_000;

/** Brings layers into the form that is asked for, fetching or converting only then. Equal wishes at once share the work. */
export class LayerProvider {
  readonly #options: LayerProviderOptions;
  readonly #blobs = new Map<DiffID, Promise<void>>();
  readonly #indexes = new Map<DiffID, Promise<LayerIndex>>();
  /** By the digest of the chain up to the layer. */
  readonly #unpacked = new Map<string, Promise<void>>();
  readonly #arrivals = new Map<DiffID, Arrival>();
  /** By layer, the chain up to it. */
  readonly #expected = new Map<DiffID, readonly DiffID[]>();
  /** Layers are not lost while a build holds its lease, but they come to be. */
  readonly #available = new Set<DiffID>();

  constructor(options: LayerProviderOptions) {
    this.#options = options;
  }

  /** Whether the layer's bytes are in the store or a registry is known to hold them. */
  available(diffID: DiffID): boolean {
    if (this.#available.has(diffID)) return true;
    const found = this.#isHere(diffID) || this.#options.sources.of(diffID).length > 0;
    if (found) this.#available.add(diffID);
    return found;
  }

  /** Tells that a step will most likely mount this chain: then what must be read of it is unpacked at once, which gives the index in the same pass. */
  expectMount(chain: readonly DiffID[]): void {
    for (const [i, diffID] of chain.entries()) if (!this.#expected.has(diffID)) this.#expected.set(diffID, chain.slice(0, i + 1));
  }

  index(diffID: DiffID): Promise<LayerIndex> {
    return once(this.#indexes, diffID, async () => {
      const { layers, makers, activity, signal } = this.#options;
      const chain = this.#expected.get(diffID);
      if (!layers.has(diffID) && chain !== undefined && !layers.forms(diffID).dir) await this.unpack(chain);
      if (!layers.has(diffID)) {
        await this.fetch(diffID);
        activity('unpack', `indexing ${diffID}`);
        await makers.indexLayer(diffID, signal);
      }
      return this.#soundIndex(diffID);
    });
  }

  /** The index of a layer that has one; where it turns out to be damaged, it is made again of the layer's bytes. */
  async #soundIndex(diffID: DiffID): Promise<LayerIndex> {
    const { layers, store, makers, signal } = this.#options;
    try {
      return layers.index(diffID);
    } catch (error) {
      if (!isDamagedLayer(error)) throw error;
      store.healed(error.message);
      this.#blobs.delete(diffID);
      await this.fetch(diffID);
      await makers.indexLayer(diffID, signal);
      return layers.index(diffID);
    }
  }

  /** Where the layer is unpacked, as LayerCatalog.folder; damaged indexes, which tell where, are made again. */
  async #folder(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    const { layers, store } = this.#options;
    for (;;) {
      try {
        return await layers.folder(diffID, below);
      } catch (error) {
        if (!isDamagedLayer(error)) throw error;
        store.healed(error.message);
        const removed = [...below, diffID].filter((layer) => !layers.has(layer));
        if (removed.length === 0) throw error;
        for (const layer of removed) this.#indexes.delete(layer);
        await Promise.all(removed.map((layer) => this.index(layer)));
      }
    }
  }

  /**
   * Returns when every layer of a chain, lowest first, is unpacked. All are fetched at once; each is unpacked as it arrives, once those below it are there: a folder that a
   * layer only implies has the attributes that it has below. Errors: SNAPSHOT_TOO_DEEP, before anything is fetched, and as fetch.
   */
  async unpack(diffIDs: readonly DiffID[], emit?: Emit): Promise<void> {
    checkDepth(diffIDs);
    const { layers } = this.#options;
    const wanted = chainLinks(diffIDs).filter(({ chain }) => !this.#unpacked.has(chain));
    // A layer that is unpacked may have lost its index.
    await Promise.all(wanted.filter(({ diffID }) => layers.forms(diffID).dir && !layers.has(diffID)).map(({ diffID }) => this.index(diffID)));
    const missing: DiffID[] = [];
    for (const { chain, diffID, height } of wanted) {
      if ((await this.#folder(diffID, diffIDs.slice(0, height))) === undefined) missing.push(diffID);
      else await once(this.#unpacked, chain, () => Promise.resolve());
    }
    await this.#options.display.during(missing, async () => {
      for (const diffID of missing) this.fetch(diffID, emit).catch(() => {});
      for (const { chain, diffID, height } of chainLinks(diffIDs))
        await once(this.#unpacked, chain, () => this.#unpack(diffID, diffIDs.slice(0, height), emit));
    });
  }

  /** Has the bytes of a layer in the store in some form, from a registry where the store has none. Errors: LAYER_LOST and those of the registry. */
  fetch(diffID: DiffID, emit?: Emit): Promise<void> {
    return once(this.#blobs, diffID, async () => {
      if (!this.#isHere(diffID)) await this.#options.display.during([diffID], () => this.#pull(diffID, this.#options.sources.of(diffID), emit));
    });
  }

  /** How the layer goes into an image, without having its bytes where a registry holds it compressed already. `force` recompresses what is compressed otherwise. */
  async descriptor(diffID: DiffID, format: { family: 'oci' | 'docker'; compression: Compression; level?: number; force: boolean }): Promise<Descriptor> {
    const { layers, sources, makers, signal } = this.#options;
    const pulled = sources.of(diffID)[0]?.descriptor;
    const usable = pulled !== undefined && (!format.force || layerCompression(pulled.mediaType) === format.compression) ? pulled : undefined;
    let descriptor = usable ?? layers.blob(diffID, format.compression);
    if (descriptor === undefined) {
      await this.fetch(diffID);
      descriptor = await makers.ensureBlob(diffID, format.compression, format.level, signal);
      this.#options.store.blobs.trust(descriptor.digest);
    }
    const { digest, size } = descriptor;
    return { mediaType: layerMediaType(layerCompression(descriptor.mediaType) ?? format.compression, format.family), digest, size };
  }

  /** Has the compressed bytes of an exported layer in the store's blobs, verified: where they are missing or damaged, from a registry that has just these, else made anew. Errors: as fetch. */
  async provide(layer: { readonly diffID: DiffID; readonly blob: Descriptor }): Promise<void> {
    const { diffID, blob } = layer;
    const { store, sources, makers, signal } = this.#options;
    if (await store.blobs.isSound(blob.digest, blob.size, signal)) return;
    const same = sources.of(diffID).filter((source) => source.descriptor.digest === blob.digest);
    if (same.length > 0 || !this.#isHere(diffID)) await this.#options.display.during([diffID], () => this.#pull(diffID, same));
    else await makers.ensureBlob(diffID, layerCompression(blob.mediaType) ?? 'gzip', undefined, signal);
    if (!store.blobs.hasWhole(blob.digest, blob.size)) throw lost(diffID, `compressed again it is not ${blob.digest}`);
  }

  /** Notes that the layers are in use, for least-recently-used collection. */
  touch(diffIDs: readonly DiffID[], nowMs: number): void {
    const { layers, store } = this.#options;
    for (const diffID of diffIDs) {
      const path = layers.files.path(diffID);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats !== undefined && nowMs - stats.mtimeMs > touchIntervalMs) utimesSync(path, nowMs / 1000, nowMs / 1000);
      for (const blob of layers.forms(diffID).blobs) store.blobs.touch(blob.digest, nowMs);
    }
  }

  #isHere(diffID: DiffID): boolean {
    return this.#options.layers.hasBytes(diffID);
  }

  /** Tries the sources in turn. One that has the layer no more is forgotten. */
  async #pull(diffID: DiffID, from: readonly LayerSource[], emit?: Emit): Promise<void> {
    const { layers, sources, signal } = this.#options;
    const failures: BuildError[] = [];
    for (const source of from) {
      try {
        await this.#pullFrom(diffID, source, this.#options.display.reporter(diffID, emit), (path) =>
          this.#arrival(diffID).begin({ path, descriptor: source.descriptor }),
        );
        layers.registerBlob(diffID, source.descriptor);
        return;
      } catch (error) {
        // The next source may have it here already, and then no download takes the place of this one.
        this.#arrival(diffID).end();
        signal.throwIfAborted();
        if (!(error instanceof BuildError) || error.family === 'resource') throw error;
        if (goneCodes.has(error.code)) sources.forget(diffID, source.reference);
        failures.push(error);
      }
    }
    // What is not there at one may well be there at another that just does not answer.
    const other = failures.find((error) => !goneCodes.has(error.code));
    if (other !== undefined) throw other;
    throw lost(
      diffID,
      failures.length === 0 ? 'it is not in the store, and no registry is known to hold it' : failures.map((error) => error.message).join('; '),
      failures[0],
    );
  }

  async #pullFrom(
    diffID: DiffID,
    { reference, descriptor }: LayerSource,
    report: (progress: LayerProgress) => void,
    onFile: (path: string) => void,
  ): Promise<void> {
    const { store, sources, registry, activity, signal } = this.#options;
    if (store.blobs.hasWhole(descriptor.digest, descriptor.size)) return;
    // Of another size it is damaged, and removed by this, or else the image is wrong about it.
    if (await store.blobs.isSound(descriptor.digest, undefined, signal)) {
      sources.forget(diffID, reference);
      throw wrongSize(reference, descriptor, store.blobs.size(descriptor.digest));
    }
    activity('download', `${reference} ${descriptor.digest}`);
    const client = await registry();
    await client.pullBlob(parseReference(reference), descriptor, store.blobs, {
      signal,
      onProgress: (current: number) => report({ id: descriptor.digest, action: 'downloading', current, total: descriptor.size }),
      onFile,
    });
  }

  async #unpack(diffID: DiffID, below: readonly DiffID[], emit?: Emit): Promise<void> {
    const { store, layers, makers, activity, signal } = this.#options;
    if ((await layers.folder(diffID, below)) !== undefined) return;
    const arrival = this.#arrival(diffID);
    const fetched = this.fetch(diffID, emit);
    const arriving = await Promise.race([fetched.then(() => undefined), arrival.begun]);
    if ((await layers.folder(diffID, below)) !== undefined) return;
    activity('unpack', diffID);
    const digest = this.#options.sources.of(diffID)[0]?.descriptor.digest ?? diffID;
    const report = this.#options.display.reporter(diffID, emit);
    report({ id: digest, action: 'extracting', current: 0, total: 1, unit: 'items' });
    const extracted = (): void => report({ id: digest, action: 'extracting', current: 1, total: 1, unit: 'items' });
    const onItsWay = arriving !== undefined && !store.blobs.has(arriving.descriptor.digest);
    if (onItsWay && (await this.#unpackArriving(diffID, below, arriving, fetched, arrival))) return extracted();
    await fetched;
    if (onItsWay) activity('unpack', `again ${diffID}`);
    await makers.unpackLayer(diffID, { below }, signal);
    extracted();
  }

  /** Unpacks a layer while it is downloaded. False where that came to nothing: the blob, once it is here, shows why. */
  async #unpackArriving(diffID: DiffID, below: readonly DiffID[], arriving: ArrivingBlob, fetched: Promise<void>, { over }: Arrival): Promise<boolean> {
    const { makers, signal } = this.#options;
    const failed = new AbortController();
    fetched.catch(() => failed.abort());
    try {
      await makers.unpackLayer(diffID, { below, arriving }, AbortSignal.any([signal, over, failed.signal]));
    } catch (error) {
      signal.throwIfAborted();
      // A full disk is full for the whole blob too.
      if (error instanceof BuildError && error.family === 'resource') throw error;
      return false;
    }
    await fetched;
    return true;
  }

  #arrival(diffID: DiffID): Arrival {
    let arrival = this.#arrivals.get(diffID);
    if (arrival === undefined) this.#arrivals.set(diffID, (arrival = new Arrival()));
    return arrival;
  }
}

/** The download of a layer, for who wants to read along. */
class Arrival {
  readonly #begun = Promise.withResolvers<ArrivingBlob>();
  readonly #over = new AbortController();
  #attempts = 0;

  /** Never resolves where the layer is not downloaded by this process. */
  get begun(): Promise<ArrivingBlob> {
    return this.#begun.promise;
  }

  /** Aborted when the file that it began with grows no more, since the download has failed or was begun anew. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  begin(blob: ArrivingBlob): void {
    if (this.#attempts++ === 0) this.#begun.resolve(blob);
    else this.end();
  }

  end(): void {
    this.#over.abort();
  }
}

function wrongSize(reference: string, { digest, size }: Descriptor, sizeBytes: number): ContentError {
  return new ContentError('BLOB_SIZE_MISMATCH', `Cannot use layer blob ${digest} of ${reference}: it has ${sizeBytes} bytes, and the image says ${size}`, {
    family: 'manifest',
    hint: 'The manifest of the image is wrong at its source; push the image again.',
  });
}

function isDamagedLayer(error: unknown): error is BuildError {
  return error instanceof BuildError && error.code === 'LAYER_DAMAGED';
}

/** What a registry answers for a layer that it does not have. */
const goneCodes: ReadonlySet<string> = new Set(['BLOB_UNKNOWN', 'NAME_UNKNOWN', 'MANIFEST_UNKNOWN']);

function lost(diffID: DiffID, found: string, cause?: BuildError): LostLayerError {
  return new LostLayerError('LAYER_LOST', `Cannot get layer ${diffID}: ${found}`, {
    family: 'registry',
    hint: 'Build again: steps whose results are lost are then executed anew. A base image that its registry has lost must be pushed there again.',
    cause,
  });
}

interface ChainLink {
  /** Digest of the chain up to the layer. */
  readonly chain: string;
  readonly diffID: DiffID;
  /** How many layers are below. */
  readonly height: number;
}

function chainLinks(diffIDs: readonly DiffID[]): ChainLink[] {
  let chain = '';
  return diffIDs.map((diffID, height) => ({ chain: (chain = digestOf(`${chain}\n${diffID}`)), diffID, height }));
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
