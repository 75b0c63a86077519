import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { availableParallelism } from 'node:os';
import { openStore, type Store } from '../../host/content/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { DeviceGuard, igzipCodec, scopeSockets, SysError, unmount } from '../../host/sys/index.ts';
import { LayerCatalog, type CommitRequest, type LayerRecord, type WriteLayerRequest } from '../../layers/index/index.ts';
import { isSmallLayer, LayerPacker } from '../../layers/pack/index.ts';
import { OciExecutor, openRuntime, preparePrivateMounts, readHostFacts, type Executor, type HostFacts } from '../executor/index.ts';
import {
  Callee,
  packEntries,
  ThreadPool,
  toWireError,
  type CallContext,
  type FolderMethods,
  type Greeting,
  type Message,
  type OutputEvent,
  type RunRequest,
  type RunResult,
  type Served,
  type WorkerMethods,
  type WorkerOptions,
} from '../protocol/index.ts';
import { Overlays } from '../snapshot/index.ts';
import { UnpackedLayers } from '../write/index.ts';
import { layerJobs } from './jobs.ts';

/** Serves calls by IPC until the main process says 'close' or is gone. */
export async function serveProcess(options: WorkerOptions): Promise<void> {
  process.umask(0o022);
  // The user's folder may be gone, or one that this user may not enter; every path of a call is absolute.
  process.chdir('/');
  process.on('disconnect', () => process.exit());
  // Without a pid namespace of our own these would end us; with one the kernel drops them. The main process decides when to stop.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  let server: Server;
  try {
    server = new Server(options);
  } catch (error) {
    greet({ kind: 'failed', error: toWireError(error) });
    return;
  }
  const callee = new Callee<WorkerMethods>(server.methods(), (message) => void process.send?.(message, () => {}));
  process.on('message', (message: Message | { kind: 'close' }) => {
    if (message.kind !== 'close') callee.receive(message);
    else void server.close(callee);
  });
  greet({ kind: 'ready', facts: { userNamespace: server.host.userNamespace, mappedIDs: server.host.mappedIDs } });
  setImmediate(() => server.warmUp());
}

/** Serves the jobs in a thread of the pool. */
export function serveThread(options: WorkerOptions): void {
  const store = openStore(options.storeRoot);
  // A port's postMessage is not a window's.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const { packer, unpacked } = openLayers(store, options, readHostFacts(process.arch));
  const callee = new Callee<FolderMethods>(layerJobs(packer, unpacked), (message) => parentPort?.postMessage(message));
  parentPort?.on('message', (message: Message | { kind: 'close' }) => {
    if (message.kind !== 'close') return callee.receive(message);
    store.close();
    process.exit();
  });
}

function greet(greeting: Greeting): void {
  process.send?.(greeting);
}

/** The layers of the store, as one process or thread works on them. */
interface Layers {
  readonly layers: LayerCatalog;
  readonly packer: LayerPacker;
  readonly unpacked: UnpackedLayers;
}

function openLayers(store: Store, { mappingID }: WorkerOptions, host: HostFacts): Layers {
  const layers = new LayerCatalog(store, { mappingID });
  const packer = new LayerPacker({ store, layers, codec: igzipCodec(zlibCodec()) });
  const unpacked = new UnpackedLayers({ layers, packer, userxattr: host.userNamespace, ignoreOwners: host.mappedIDs === 1 });
  return { layers, packer, unpacked };
}

/** What the worker process holds. */
class Server {
  readonly host: HostFacts;
  readonly #store: Store;
  readonly #layers: Layers;
  readonly #threads: ThreadPool<FolderMethods>;
  readonly #runFolder: string;
  readonly #overlays: Overlays;
  readonly #running = new Set<Promise<unknown>>();
  #executor: Promise<Executor> | undefined;

  constructor(options: WorkerOptions) {
    this.#store = openStore(options.storeRoot);
    this.#runFolder = this.#store.tempDir();
    preparePrivateMounts(this.#runFolder);
    // This thread starts the containers.
    scopeSockets();
    this.host = readHostFacts(process.arch);
    this.#layers = openLayers(this.#store, options, this.host);
    this.#threads = new ThreadPool(process.argv[1]!, options, availableParallelism());
    const overlayFolder = join(this.#runFolder, 'overlay');
    mkdirSync(overlayFolder);
    this.#overlays = new Overlays({ folder: overlayFolder, userxattr: this.host.userNamespace });
  }

  methods(): Served<WorkerMethods> {
    const threads = this.#threads;
    return {
      run: ([request], context) => this.#track(this.#run(request, context)),
      writeLayer: ([request], { signal }) => this.#track(this.#writeLayer(request, signal)),
      unpackLayer: (args, { signal }) => threads.call('unpackLayer', args, signal),
      ensureBlob: (args, { signal }) => threads.call('ensureBlob', args, signal),
      exportDir: (args, { signal }) => threads.call('exportDir', args, signal),
      exportTar: (args, { signal }) => threads.call('exportTar', args, signal),
      removeFolders: (args, { signal }) => threads.call('removeFolders', args, signal),
    };
  }

  /** Makes ready what the first step needs, beside what else goes on. */
  warmUp(): void {
    this.#openExecutor().catch(() => {});
  }

  /** Stops what runs, waits for its end, and ends the process. */
  async close(callee: Callee<WorkerMethods>): Promise<void> {
    callee.abortAll();
    // What is still being made ready has a program running, which writes below the run folder.
    await Promise.allSettled([...this.#running, this.#executor]);
    await this.#threads.close();
    // With all that is mounted below it: else the store would take the mounts' contents for its own temporary files.
    unmount(this.#runFolder);
    this.#store.close();
    process.exit(0);
  }

  async #run(request: RunRequest, { signal, emit }: CallContext<OutputEvent>): Promise<RunResult> {
    const executor = await this.#openExecutor();
    const folder = this.#store.tempDir();
    try {
      const onOutput = (stream: 'stdout' | 'stderr', data: Uint8Array): void | Promise<void> => emit({ stream, data });
      const { exit, upper } = await executor.run(request, folder, onOutput, signal);
      if (exit.exitCode !== 0) return { kind: 'exit', ...exit };
      const { forms, layers, sourceDateEpoch } = request;
      const layer = await this.#commit(upper, { forms, below: layers, ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }) }, signal);
      return { kind: 'layer', layer };
    } finally {
      this.#discard(folder);
    }
  }

  /** A small change is committed here: that takes less time than to hand it over. */
  async #commit(upper: string, request: CommitRequest, signal: AbortSignal): Promise<LayerRecord> {
    if (isSmall(upper)) return await this.#layers.unpacked.commitUpper(upper, request, signal);
    return await this.#threads.call('commitUpper', [upper, request], signal);
  }

  /** As with changes. */
  async #writeLayer(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    const { entries, ...rest } = request;
    if (isSmallLayer(entries, this.#layers.layers)) return await this.#layers.unpacked.write(request, signal);
    return await this.#threads.call('writeLayer', [rest, await packEntries(entries, signal)], signal);
  }

  #discard(folder: string): void {
    if (isSmall(folder)) rmSync(folder, { recursive: true, force: true });
    // Nobody waits for it; what is left when the worker ends is swept away by another.
    else this.#threads.call('removeFolders', [[folder]]).catch(() => {});
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  #openExecutor(): Promise<Executor> {
    this.#executor ??= this.#makeExecutor();
    return this.#executor;
  }

  async #makeExecutor(): Promise<Executor> {
    const runtime = await openRuntime({
      runFolder: this.#runFolder,
      cacheFolder: join(this.#store.root, 'seccomp'),
      pathVariable: process.env['PATH'],
      arch: process.arch,
      userNamespace: this.host.userNamespace,
    });
    return new OciExecutor({
      runtime,
      overlays: this.#overlays,
      host: this.host,
      runFolder: this.#runFolder,
      layerFolders: (chain) => this.#layers.unpacked.folders(chain),
      tempFolder: () => this.#store.tempDir(),
      deviceGuard: this.#enterGuard(),
    });
  }

  #enterGuard(): DeviceGuard | undefined {
    if (this.host.userNamespace) return undefined;
    const folder = join(this.#runFolder, 'cgroup');
    mkdirSync(folder);
    try {
      return DeviceGuard.enter(folder);
    } catch (error) {
      if (error instanceof SysError) return undefined;
      throw error;
    }
  }
}

const SMALL_ENTRIES = 64;
const SMALL_FILE_BYTES = 256 * 1024;

/** Whether a folder holds so little that looking at it whole takes no time. Names are bytes: a step may choose any. */
function isSmall(folder: string): boolean {
  const pending: Buffer[] = [Buffer.from(folder)];
  for (let seen = 0; pending.length > 0;) {
    const here = pending.pop()!;
    for (const entry of readdirSync(here, { withFileTypes: true, encoding: 'buffer' })) {
      if (++seen > SMALL_ENTRIES) return false;
      const path = Buffer.concat([here, Buffer.from('/'), entry.name]);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() && lstatSync(path).size > SMALL_FILE_BYTES) return false;
    }
  }
  return true;
}
