import { LayerSources, Memo, RecordStore } from '../../layers/cache/index.ts';
import type { Store } from '../../host/content/index.ts';
import { dockerLoadSink, Pusher, type FileSink } from '../../product/exporter/index.ts';
import { LayerCatalog } from '../../layers/index/index.ts';
import { LayerPacker } from '../../layers/pack/index.ts';
import type { DiffID, Platform } from '../../core/oci/index.ts';
import { createRunners } from '../../sources/ops/index.ts';
import type { RegistryClient } from '../../host/registry/index.ts';
import type { OpRunners, Pause, SolveEvent } from '../../decide/solver/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { igzipCodec, planIdMapping } from '../../host/sys/index.ts';
import type { WorkerClient } from '../../work/protocol/index.ts';
import { BaseSteps } from '../progress/index.ts';
import { Contexts } from '../context/index.ts';
import { Devices } from '../../host/devices/index.ts';
import type { BuildEvent } from '../progress/index.ts';
import { caFilesOf, openHttpClient } from './http-client.ts';
import { formatOf } from '../output/index.ts';
import { ImageResolver, type ResolvedImage } from '../../layers/resolve/index.ts';
import type { IgnoreInput } from '../context/index.ts';
import { LayerMakers } from '../../layers/provide/index.ts';
import { LayerProvider } from '../../layers/provide/index.ts';
import { outputLimits } from '../request/index.ts';
import { openRegistryClient } from './registry-client.ts';
import type { BuildRequest, Output } from '../request/index.ts';
import { setAside } from '../../layers/collect/index.ts';
import { secretReader } from '../../sources/secrets/index.ts';
import type { Settings } from '../request/index.ts';
import { SshAgents } from '../../sources/secrets/index.ts';
import { forward, tellStep, type EmitEvent } from '../progress/index.ts';
import { workerEntry } from './worker-entry.ts';

export interface SessionOptions {
  readonly request: BuildRequest;
  readonly outputs: readonly Output[];
  readonly settings: Settings;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly emit: EmitEvent;
  readonly contextFolder: string | undefined;
  readonly ignoreFile: IgnoreInput | undefined;
  /** Temporary folders of dead builds that this process may not remove: without root, files of other ids. */
  readonly leftovers: readonly string[];
  /** Seconds since 1970; known once the Dockerfile is read. */
  readonly sourceDateEpoch: () => number | undefined;
}

/** The machine of one build, wired. Whatever is costly is made when it is first asked for; disposal stops and closes all of it. */
export interface Session extends AsyncDisposable {
  readonly runners: OpRunners;
  readonly cache: RecordStore;
  readonly sources: LayerSources;
  readonly provider: LayerProvider;
  readonly bases: BaseSteps;
  readonly contexts: Contexts;
  readonly devices: Devices;
  readonly worker: () => Promise<WorkerClient>;
  readonly pusher: () => Promise<Pusher>;
  readonly resolveImage: (ref: string, platform: Platform, purpose: string) => Promise<ResolvedImage>;
  /** Work beside the steps; its failure shows where its outcome is asked for again. Disposal waits for its end. */
  readonly background: (work: () => Promise<void>) => void;
  readonly dockerLoad: () => Promise<FileSink>;
  readonly readLayerContent: (diffID: DiffID, path: string) => AsyncIterable<Uint8Array>;
  /** Stops what steps share, since one of them has failed. */
  readonly fail: (error: unknown) => void;
  /** Passes on what the solver reports. */
  readonly tell: (event: SolveEvent) => void | Pause;
}

export function openSession(options: SessionOptions): Session {
  const { request, settings, store, emit } = options;
  const { now } = settings;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const held = new AsyncDisposableStack();
  const background = new Set<Promise<void>>();
  const activity = (name: (BuildEvent & { kind: 'activity' })['activity'], detail: string): void =>
    void emit({ kind: 'activity', activity: name, detail, timeMs: now() });

  const secret = secretReader(request.secrets, settings);
  const agents = held.use(new SshAgents(request.ssh ?? [], settings, () => store.tempDir()));

  const devices = new Devices(request.cdiFolders);

  /** What is made when first asked for, and closed at the end even where it comes to be only then. */
  const lazy = <T>(make: () => Promise<T>, close: (made: T) => unknown): (() => Promise<T>) => {
    let promise: Promise<T> | undefined;
    held.defer(async () => {
      const made = await promise?.catch(() => undefined);
      if (made !== undefined) await close(made);
    });
    return async () => {
      signal.throwIfAborted();
      return (promise ??= make());
    };
  };
  const registry = lazy(
    (): Promise<RegistryClient> => openRegistryClient(request, settings),
    (client) => client.close(),
  );
  const http = openHttpClient(settings);
  held.defer(() => http.close());
  const mapping = planIdMapping(settings.env['PATH']);
  const layers = new LayerCatalog(store, { mappingID: mapping.id });
  const packer = new LayerPacker({ store, layers, codec: igzipCodec(zlibCodec()) });
  const worker = lazy(
    async (): Promise<WorkerClient> => {
      const { startWorker } = await import('../../work/protocol/index.ts');
      activity('worker', 'started');
      return startWorker({ entry: workerEntry(), storeRoot: store.root, mapping, env: settings.env, signal });
    },
    (client) => client.close(),
  );
  const archives = lazy(
    async () => {
      const { ArchiveThreads } = await import('../../work/protocol/index.ts');
      return new ArchiveThreads({ entry: workerEntry(), storeRoot: store.root, mappingID: mapping.id, layers, packer });
    },
    (made) => made[Symbol.asyncDispose](),
  );
  const makers = new LayerMakers({ layers, archives, folders: worker });
  const sources = new LayerSources(store, now);
  const bases = new BaseSteps(emit, now);
  const provider = new LayerProvider({ display: bases, store, layers, sources, registry, makers, activity, signal });
  const tell = <T>(name: string, id: string, work: () => Promise<T>): Promise<T> => tellStep(name, { emit, now, signal }, work, id);
  const resolver = new ImageResolver({ store, registry, sources, pull: request.pull ?? false, tell, signal });
  const cache = new RecordStore({
    store,
    now,
    layerAvailable: (diffID) => provider.available(diffID),
    touchLayers: (diffIDs) => provider.touch(diffIDs, now()),
  });
  const resolveImage = (ref: string, platform: Platform, purpose: string): Promise<ResolvedImage> => resolver.resolve(ref, platform, purpose);
  const importLayout = async (folder: string, ref: string, platform: Platform): Promise<ResolvedImage> =>
    (await import('../../layers/resolve/index.ts')).importOciLayout(folder, ref, platform, { store, layers, signal });
  const { contextFolder: folder, ignoreFile } = options;
  const contexts = new Contexts({ request, settings, store, folder, ignoreFile, resolveImage, importLayout, signal });
  const imageOutput = options.outputs.find((output) => output.kind === 'image' || output.kind === 'oci' || output.kind === 'docker');
  const format = imageOutput === undefined ? undefined : formatOf(imageOutput);

  const readLayerContent = async function* (diffID: DiffID, path: string): AsyncGenerator<Uint8Array> {
    await provider.fetch(diffID);
    await provider.index(diffID);
    yield* packer.readContent(diffID, path);
  };
  let saysSingle = mapping.isSingle;
  const runners = createRunners({
    store,
    mapping,
    onSingleOwner: () => {
      if (saysSingle) emit({ kind: 'warning', rule: '', description: '', message: singleOwnerWarning });
      saysSingle = false;
    },
    worker,
    writeLayer: (request, abort) => makers.writeLayer(request, abort),
    ensureUnpacked: (diffIDs, context) => provider.unpack(diffIDs, context.emit),
    outputLimits: outputLimits(settings.env),
    secret,
    sshSocket: (id) => agents.socket(id),
    deviceEdits: (wanted) => devices.edits(wanted),
    now,
    sourceDateEpoch: options.sourceDateEpoch,
    isIndexed: (diffID) => layers.has(diffID),
    loadIndex: (diffID) => provider.index(diffID),
    readLayerContent,
    ensureReadable: async (diffIDs) => {
      await Promise.all(diffIDs.map((diffID) => provider.fetch(diffID)));
    },
    onContainer: (detail) => activity('container', detail),
    localTree: (name) => contexts.tree(name),
    memo: new Memo(store, now),
    http,
    caFiles: caFilesOf(settings.env),
    env: settings.env,
    ...(format === undefined ? {} : { compression: { compression: format.compression, ...(format.level === undefined ? {} : { level: format.level }) } }),
  });

  const pusher = lazy(
    async () =>
      new Pusher({
        registry: await registry(),
        blobs: store.blobs,
        provide: (layer) => provider.provide(layer),
        sources: (layer) => sources.of(layer.diffID).map((source) => source.reference),
        signal,
      }),
    () => {},
  );

  const runInBackground = (work: () => Promise<void>): void => {
    const promise: Promise<void> = work()
      .catch(() => {})
      .finally(() => background.delete(promise));
    background.add(promise);
  };
  if (options.leftovers.length > 0) {
    // Those of ids that are not mapped now would be tried in vain by every build.
    runInBackground(async () => {
      setAside(store, await (await worker()).removeFolders(options.leftovers));
    });
  }

  return {
    runners,
    cache,
    sources,
    provider,
    bases,
    contexts,
    devices,
    worker,
    pusher,
    resolveImage,
    readLayerContent,
    fail: (error) => stop.abort(error),
    tell: (event) => forward(event, emit, now()),
    background: runInBackground,
    dockerLoad: () => dockerLoadSink(settings.env, signal),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the build has ended'));
      await Promise.all(background);
      await held.disposeAsync();
    },
  };
}

const singleOwnerWarning =
  'Steps run with a single user id, so that all files belong to root for them, and their layers: install newuidmap and newgidmap and give this user ranges in /etc/subuid and /etc/subgid (see `ossb doctor`)';
