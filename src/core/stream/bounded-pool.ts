/** Runs at most so many jobs at once; the others wait in order. */
export interface BoundedPool {
  /** Waits for a place, then runs the job. A job whose signal is aborted while it waits is not started; it rejects with the signal's reason. */
  run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function boundedPool(size: number): BoundedPool {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`a pool of ${size}`);
  let active = 0;
  const waiting = new Set<() => void>();

  async function run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    // A place that is given up goes straight to the first who waits, so `active` does not change hands in between.
    if (active < size) active++;
    else await place(signal);
    try {
      return await job();
    } finally {
      const [next] = waiting;
      if (next) next();
      else active--;
    }
  }

  function place(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.delete(start);
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(start);
        reject(signal?.reason as Error);
      };
      waiting.add(start);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  return { run };
}
