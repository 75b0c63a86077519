import { fromWireError, toWireError, type WireError } from './error.ts';

/** What crosses between two processes or threads. `data` of events is for the caller's `onEvent`. */
export type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'event'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError };

/** Sends a message; what it returns settles when the other side can take more, if it has to be waited for. */
export type Send = (message: Message) => void | Promise<void>;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onEvent: ((data: unknown) => void) | undefined;
}

/** The calling side: turns messages into promises. */
export class Caller {
  readonly #send: Send;
  readonly #pending = new Map<number, PendingCall>();
  #count = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  /** How many calls wait for their answer. */
  get size(): number {
    return this.#pending.size;
  }

  /** Calls a method. An aborted call is cancelled on the other side and rejects with the signal's reason once that side has ended it. */
  async call(method: string, args: readonly unknown[], signal?: AbortSignal, onEvent?: (data: unknown) => void): Promise<unknown> {
    signal?.throwIfAborted();
    const id = ++this.#count;
    const onAbort = (): void => void this.#send({ kind: 'cancel', id });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onEvent });
        void this.#send({ kind: 'call', id, method, args });
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(id);
    }
  }

  receive(message: Message): void {
    const call = this.#pending.get(message.id);
    if (!call) return;
    if (message.kind === 'event') call.onEvent?.(message.data);
    else if (message.kind === 'result') call.resolve(message.value);
    else if (message.kind === 'error') call.reject(fromWireError(message.error));
  }

  /** Rejects every call that waits. */
  fail(error: Error): void {
    for (const call of this.#pending.values()) call.reject(error);
  }
}

/** What a method is given besides its arguments. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly emit: (data: unknown) => void | Promise<void>;
}

export type Methods = Readonly<Record<string, (args: readonly unknown[], context: CallContext) => Promise<unknown>>>;

/** The called side: runs methods and answers. */
export class Callee {
  readonly #methods: Methods;
  readonly #send: Send;
  readonly #running = new Map<number, AbortController>();

  constructor(methods: Methods, send: Send) {
    this.#methods = methods;
    this.#send = send;
  }

  receive(message: Message): void {
    if (message.kind === 'cancel') this.#running.get(message.id)?.abort();
    else if (message.kind === 'call') void this.#run(message.id, message.method, message.args);
  }

  abortAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async #run(id: number, method: string, args: readonly unknown[]): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    let answer: Message;
    try {
      const run = this.#methods[method];
      if (!run) throw new Error(`no method ${method}`);
      const value = await run(args, { signal: controller.signal, emit: (data) => this.#send({ kind: 'event', id, data }) });
      answer = { kind: 'result', id, value };
    } catch (error) {
      answer = { kind: 'error', id, error: toWireError(error) };
    }
    this.#running.delete(id);
    void this.#send(answer);
  }
}
