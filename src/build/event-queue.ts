/** An async iterable that is fed from outside. Events pushed before the iteration starts are kept; one reader, and once it has left, none are. */
export class EventQueue<T> implements AsyncIterable<T> {
  #waiting: ((done: void) => void) | undefined;
  #items: T[] = [];
  #ended = false;

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    try {
      for (;;) {
        const items = this.#items;
        this.#items = [];
        yield* items;
        if (this.#items.length > 0) continue;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    } finally {
      this.#ended = true;
      this.#items = [];
    }
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
