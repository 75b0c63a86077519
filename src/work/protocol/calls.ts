import { fromWireError, toWireError, type WireError } from './wire-error.ts';

/** What crosses between two processes or threads. `data` of events is for the caller's `onEvent`. */
export type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'event'; readonly id: number; readonly data: unknown }
  /** So many events of the call have been taken; more may follow. */
  | { readonly kind: 'taken'; readonly id: number; readonly count: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError };

export type Send = (message: Message) => void;

/** What a method takes, returns, and sends on the way. */
export interface Method<Args extends readonly unknown[] = readonly unknown[], Value = unknown, Event = unknown> {
  readonly args: Args;
  readonly value: Value;
  readonly event: Event;
}

/** The methods of one side by name. Both sides take their types from it. */
export type MethodMap = Readonly<Record<string, Method>>;

/** How a call goes on. */
export interface CallOptions<Event> {
  readonly signal?: AbortSignal | undefined;
  /** Takes an event; a promise asks for a pause until it settles. */
  readonly onEvent?: ((event: Event) => void | Promise<void>) | undefined;
}

/** Events of a call on their way before what makes them is held up. */
const eventWindow = 64;
/** So many of them are acknowledged at once. */
const takenAtOnce = eventWindow / 4;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onEvent: ((event: never) => void | Promise<void>) | undefined;
  taken: number;
  /** What `onEvent` threw first. */
  fault?: { readonly error: unknown };
}

/** The calling side: turns messages into promises. */
export class Caller<Methods extends MethodMap> {
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

  /**
   * Calls a method. An aborted call is cancelled on the other side and rejects with the signal's reason once that side has ended it; so does one whose `onEvent` throws,
   * with what it threw.
   */
  async call<Name extends keyof Methods & string>(
    method: Name,
    args: Methods[Name]['args'],
    options: CallOptions<Methods[Name]['event']> = {},
  ): Promise<Methods[Name]['value']> {
    const { signal, onEvent } = options;
    signal?.throwIfAborted();
    const id = ++this.#count;
    const onAbort = (): void => this.#send({ kind: 'cancel', id });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onEvent, taken: 0 });
        this.#send({ kind: 'call', id, method, args });
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
    if (message.kind === 'event') void this.#take(message.id, message.data, call);
    else if (call.fault !== undefined) call.reject(call.fault.error);
    else if (message.kind === 'result') call.resolve(message.value);
    else if (message.kind === 'error') call.reject(fromWireError(message.error));
  }

  async #take(id: number, data: unknown, call: PendingCall): Promise<void> {
    try {
      if (call.fault === undefined) await call.onEvent?.(data as never);
    } catch (error) {
      call.fault ??= { error };
      this.#send({ kind: 'cancel', id });
      return;
    }
    call.taken += 1;
    if (call.taken < takenAtOnce) return;
    this.#send({ kind: 'taken', id, count: call.taken });
    call.taken = 0;
  }

  /** Rejects every call that waits. */
  fail(error: Error): void {
    for (const call of this.#pending.values()) call.reject(error);
  }
}

/** What a method is given besides its arguments. */
export interface CallContext<Event = never> {
  readonly signal: AbortSignal;
  /** Sends an event to the caller. A promise asks for a pause until it settles. */
  readonly emit: (event: Event) => void | Promise<void>;
}

/** The methods as the called side has them. */
export type Served<Methods extends MethodMap> = {
  readonly [Name in keyof Methods]: (args: Methods[Name]['args'], context: CallContext<Methods[Name]['event']>) => Promise<Methods[Name]['value']>;
};

/** The called side: runs methods and answers. */
export class Callee<Methods extends MethodMap> {
  readonly #methods: Served<Methods>;
  readonly #send: Send;
  readonly #running = new Map<number, RunningCall>();

  constructor(methods: Served<Methods>, send: Send) {
    this.#methods = methods;
    this.#send = send;
  }

  receive(message: Message): void {
    if (message.kind === 'cancel') this.#running.get(message.id)?.abort();
    else if (message.kind === 'taken') this.#running.get(message.id)?.taken(message.count);
    else if (message.kind === 'call') void this.#run(message.id, message.method, message.args);
  }

  abortAll(): void {
    for (const call of this.#running.values()) call.abort();
  }

  async #run(id: number, method: string, args: readonly unknown[]): Promise<void> {
    const call = new RunningCall((data) => this.#send({ kind: 'event', id, data }));
    this.#running.set(id, call);
    let answer: Message;
    try {
      const run = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined;
      if (!run) throw new Error(`no method ${method}`);
      const value = await run(args as never, { signal: call.signal, emit: (data) => call.emit(data) });
      answer = { kind: 'result', id, value };
    } catch (error) {
      answer = { kind: 'error', id, error: toWireError(error) };
    }
    this.#running.delete(id);
    this.#send(answer);
  }
}

/** A call on the side that runs it. */
class RunningCall {
  readonly #sendEvent: (data: unknown) => void;
  readonly #controller = new AbortController();
  #onTheWay = 0;
  #pause: PromiseWithResolvers<void> | undefined;

  constructor(sendEvent: (data: unknown) => void) {
    this.#sendEvent = sendEvent;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What is held up goes on, so that it can stop. */
  abort(): void {
    this.#controller.abort();
    this.#endPause();
  }

  emit(data: unknown): void | Promise<void> {
    this.#sendEvent(data);
    this.#onTheWay += 1;
    if (this.#onTheWay < eventWindow || this.signal.aborted) return undefined;
    this.#pause ??= Promise.withResolvers<void>();
    return this.#pause.promise;
  }

  taken(count: number): void {
    this.#onTheWay -= count;
    if (this.#onTheWay < eventWindow) this.#endPause();
  }

  #endPause(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }
}
