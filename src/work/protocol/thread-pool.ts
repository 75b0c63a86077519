import type { Worker } from 'node:worker_threads';
import { Caller, type Message, type MethodMap } from './calls.ts';
import { WorkerError } from './wire-error.ts';
import type { WorkerOptions } from './methods.ts';

const CLOSE_MS = 2_000;

/** The threads that run the jobs, started when there is work for them. They share this process's namespaces. */
export class ThreadPool<Methods extends MethodMap> {
  readonly #entry: string;
  readonly #options: WorkerOptions;
  readonly #size: number;
  readonly #threads: { readonly caller: Caller<Methods>; readonly thread: Worker }[] = [];

  /** `entry` is the worker's program, which knows a thread from the main thread. */
  constructor(entry: string, options: WorkerOptions, size: number) {
    this.#entry = entry;
    this.#options = options;
    this.#size = size;
  }

  /** Runs a job in the thread with the least to do. */
  async call<Name extends keyof Methods & string>(method: Name, args: Methods[Name]['args'], signal?: AbortSignal): Promise<Methods[Name]['value']> {
    return await this.#pick().caller.call(method, args, { signal });
  }

  /** Has the threads stop, with nothing temporary left of them; one that does not come to it is ended. */
  async close(): Promise<void> {
    await Promise.all(
      this.#threads.map(async ({ thread }) => {
        const ended = new Promise((resolve) => {
          thread.once('exit', resolve);
        });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        thread.postMessage({ kind: 'close' });
        const timer = setTimeout(() => void thread.terminate(), CLOSE_MS);
        await ended;
        clearTimeout(timer);
      }),
    );
  }

  #pick(): { readonly caller: Caller<Methods> } {
    const [least] = this.#threads.toSorted((a, b) => a.caller.size - b.caller.size);
    if (least && (least.caller.size === 0 || this.#threads.length >= this.#size)) return least;
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const thread = new Worker(this.#entry, {
      argv: [JSON.stringify(this.#options)],
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
      trackUnmanagedFds: false,
    });
    // A thread's postMessage is not a window's.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    const caller = new Caller<Methods>((message) => thread.postMessage(message));
    const started = { caller, thread };
    this.#threads.push(started);
    thread.on('message', (message: Message) => caller.receive(message));
    const end = (cause: unknown): void => {
      this.#threads.splice(this.#threads.indexOf(started), 1);
      caller.fail(new WorkerError('WORKER_DIED', 'Cannot finish the work on a layer: a thread of the worker ended', { family: 'internal', cause }));
    };
    thread.once('error', end);
    thread.once('exit', () => {
      if (this.#threads.includes(started)) end(undefined);
    });
    return started;
  }
}
