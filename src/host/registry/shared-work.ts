/** Work under way by key: who asks for the same joins in. It is given up only when everyone who asked has given up. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  async run(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    let running = this.#running.get(key);
    if (!running) {
      const abort = new AbortController();
      running = { abort, waiting: 0, result: start(abort.signal).finally(() => this.#forget(key, abort)) };
      running.result.catch(() => {});
      this.#running.set(key, running);
    }
    return this.#join(key, running, signal);
  }

  #join(key: string, running: Running<T>, signal: AbortSignal): Promise<T> {
    running.waiting++;
    return new Promise<T>((resolve, reject) => {
      const giveUp = (): void => {
        if (--running.waiting === 0) {
          this.#forget(key, running.abort);
          running.abort.abort(signal.reason);
        }
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      running.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
  }

  #forget(key: string, abort: AbortController): void {
    if (this.#running.get(key)?.abort === abort) this.#running.delete(key);
  }
}

interface Running<T> {
  readonly abort: AbortController;
  readonly result: Promise<T>;
  waiting: number;
}
