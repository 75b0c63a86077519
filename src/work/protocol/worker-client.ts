import type { Compression, Descriptor, DiffID } from '../../core/oci/index.ts';
import type { OnOutput } from './step.ts';
import { planIdMapping, startInNamespaces, type ChildProcess, type IdMapping } from '../../host/sys/index.ts';
import { Caller, type CallOptions, type Message } from './calls.ts';
import { fromWireError, WorkerError } from './wire-error.ts';
import type { EnsureDirOptions, LayerRecord, WriteLayerRequest } from '../../layers/index/index.ts';
import type { Greeting, RunRequest, RunResult, WorkerFacts, WorkerMethods, WorkerOptions } from './methods.ts';

export interface StartOptions extends Omit<WorkerOptions, 'mappingID'> {
  /** Default: what planIdMapping finds. */
  readonly mapping?: IdMapping;
  /** The worker's program: `main.ts` of the room worker, or the bundle made of it. */
  readonly entry: string;
  /** Of the main process: PATH and the like. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** The last of what a worker says on standard error is told when it dies. */
const MAX_STDERR = 4096;
/** A worker that does not end by itself is killed. */
const CLOSE_MS = 10_000;
/** The same for one that has just been started. */
const GIVE_UP_MS = 2_000;

/** Starts the worker process in its own namespaces. Errors: WORKER_START, PRIVILEGE_MISSING, PROGRAM_MISSING. */
export async function startWorker(options: StartOptions): Promise<WorkerClient> {
  options.signal?.throwIfAborted();
  const { storeRoot, mapping = planIdMapping(options.env['PATH']) } = options;
  const { child } = await startInNamespaces({
    mapping,
    command: process.execPath,
    // A small young generation: each of the worker's threads has one.
    args: [
      '--max-semi-space-size=1',
      '--disable-warning=ExperimentalWarning',
      options.entry,
      JSON.stringify({ storeRoot, mappingID: mapping.id } satisfies WorkerOptions),
    ],
    env: workerEnvironment(options.env),
  });
  const stderr = collectStderr(child);
  try {
    return new WorkerClient(child, await greeted(child, stderr, options.signal), stderr);
  } catch (error) {
    await giveUp(child, options.signal?.aborted === true);
    throw error;
  }
}

/** Ends a worker that is just starting: asked to, it leaves nothing temporary. Killing its launcher at once could orphan it. */
async function giveUp(child: ChildProcess, isStarting: boolean): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? new Promise((resolve) => child.once('exit', resolve)) : undefined;
  if (child.connected && isStarting) child.send({ kind: 'close' }, () => {});
  else if (child.connected) child.disconnect();
  const timer = setTimeout(() => {
    if (child.connected) child.disconnect();
    child.kill('SIGKILL');
  }, GIVE_UP_MS);
  await ended;
  clearTimeout(timer);
  child.stderr?.destroy();
}

/** The worker process, seen from the main process: see WorkerMethods. It keeps the main process alive only while calls are under way. */
export class WorkerClient implements AsyncDisposable {
  readonly facts: WorkerFacts;
  readonly #child: ChildProcess;
  readonly #caller: Caller<WorkerMethods>;
  readonly #ended: Promise<void>;

  constructor(child: ChildProcess, facts: WorkerFacts, stderr: () => string) {
    this.#child = child;
    this.facts = facts;
    this.#caller = new Caller<WorkerMethods>((message) => {
      child.send(message, (error) => {
        if (error) this.#caller.fail(diedError(stderr()));
      });
    });
    child.on('message', (message: Message) => this.#caller.receive(message));
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => {
        this.#caller.fail(diedError(stderr()));
        resolve();
      });
    });
    this.#hold(false);
  }

  writeLayer(request: WriteLayerRequest, signal?: AbortSignal): Promise<LayerRecord> {
    return this.#call('writeLayer', [request], { signal });
  }

  run(request: RunRequest, onOutput: OnOutput, signal?: AbortSignal): Promise<RunResult> {
    return this.#call('run', [request], { signal, onEvent: ({ stream, data }) => onOutput(stream, data) });
  }

  unpackLayer(diffID: DiffID, options: EnsureDirOptions, signal?: AbortSignal): Promise<void> {
    return this.#call('unpackLayer', [diffID, options], { signal });
  }

  ensureBlob(diffID: DiffID, compression: Compression, level?: number, signal?: AbortSignal): Promise<Descriptor> {
    return this.#call('ensureBlob', [diffID, compression, level], { signal });
  }

  /** Writes the files of a chain of layers, whose bytes and indexes are in the store, into a folder or a tar file. */
  exportTree(layers: readonly DiffID[], destination: string, form: 'dir' | 'tar', signal?: AbortSignal): Promise<void> {
    return this.#call(form === 'dir' ? 'exportDir' : 'exportTar', [layers, destination], { signal });
  }

  removeFolders(paths: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    return this.#call('removeFolders', [paths], { signal });
  }

  /** Stops running steps and ends the process. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#hold(true);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_MS);
    if (this.#child.connected) this.#child.send({ kind: 'close' }, () => {});
    await this.#ended;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #call<Name extends keyof WorkerMethods>(
    method: Name,
    args: WorkerMethods[Name]['args'],
    options: CallOptions<WorkerMethods[Name]['event']>,
  ): Promise<WorkerMethods[Name]['value']> {
    if (!this.#child.connected) throw diedError('');
    this.#hold(true);
    try {
      return await this.#caller.call(method, args, options);
    } finally {
      this.#hold(this.#caller.size > 0);
    }
  }

  #hold(alive: boolean): void {
    for (const held of [this.#child, this.#child.channel]) {
      if (alive) held?.ref();
      else held?.unref();
    }
  }
}

/** Nothing of the user's environment is needed but what finds programs and caches compiled code. */
function workerEnvironment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'NODE_COMPILE_CACHE', 'TMPDIR', 'OSSB_GZIP'];
  return Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function collectStderr(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-MAX_STDERR);
  });
  (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  return () => text.trim();
}

/** Errors: WORKER_START and what the worker met. */
async function greeted(child: ChildProcess, stderr: () => string, signal: AbortSignal | undefined): Promise<WorkerFacts> {
  const greeting = await new Promise<Greeting>((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason as Error);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    child.once('message', (message: Greeting) => {
      signal?.removeEventListener('abort', onAbort);
      resolve(message);
    });
    child.once('exit', () =>
      reject(
        new WorkerError('WORKER_START', `Cannot start the worker: ${stderr() || 'it ended at once'}`, {
          family: 'execution',
          hint: 'Run `ossb doctor` to see what this host allows.',
        }),
      ),
    );
  });
  if (greeting.kind === 'failed') throw fromWireError(greeting.error);
  return greeting.facts;
}

function diedError(stderr: string): WorkerError {
  return new WorkerError('WORKER_DIED', `Cannot go on: the worker process ended${stderr === '' ? '' : `: ${stderr}`}`, {
    family: 'resource',
    hint: 'It may have been killed for want of memory. Build again: what was done is kept.',
    retryable: true,
  });
}
