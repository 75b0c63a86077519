/** Gives other work its turn within long work that waits for nothing, and sees there whether to stop. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** To be called, and awaited, again and again. Undefined while the last turn was only a moment ago. Errors: the signal's reason. */
  give(): Promise<void> | undefined {
    return performance.now() - this.#since < longestMs ? undefined : this.#give();
  }

  async #give(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal?.throwIfAborted();
    this.#since = performance.now();
  }
}

const longestMs = 10;
