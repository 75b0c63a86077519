import { setTimeout as delay } from 'node:timers/promises';

export interface RetryOptions {
  readonly signal?: AbortSignal;
  /** Calls in all. Default 5. */
  readonly attempts?: number;
  /** Wait after the first failure, milliseconds; doubled after each. Default 250. */
  readonly firstDelayMs?: number;
  /** Longest wait of our own choice, milliseconds. Default 10 000. */
  readonly maxDelayMs?: number;
  /** Longest wait that an error's `retryAfterMs` may ask for; beyond it the error is thrown. Default 120 000. */
  readonly maxRetryAfterMs?: number;
  /** Default: errors whose `retryable` is true. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Called before each wait. */
  readonly onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
  /** 0 to below 1; spreads the waits of many clients. Default Math.random. */
  readonly random?: () => number;
  /** How to wait. Default: a timer. */
  readonly sleep?: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Calls `fn` until it succeeds, fails for good or has had its attempts. An error's `retryAfterMs` (milliseconds) overrides the backoff. Throws the last error. */
export async function retry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, attempts = 5, isRetryable = retryableFlag, random = Math.random, sleep = timerSleep } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      const delayMs = attempt >= attempts || !isRetryable(error) ? undefined : delayAfter(error, attempt, options, random);
      if (delayMs === undefined) throw error;
      options.onRetry?.(error, attempt, delayMs);
      await sleep(delayMs, signal);
    }
  }
}

function delayAfter(error: unknown, attempt: number, options: RetryOptions, random: () => number): number | undefined {
  const { firstDelayMs = 250, maxDelayMs = 10_000, maxRetryAfterMs = 120_000 } = options;
  const asked = (error as { retryAfterMs?: unknown } | null)?.retryAfterMs;
  if (typeof asked === 'number' && asked >= 0) return asked > maxRetryAfterMs ? undefined : asked;
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (random() * full) / 2);
}

function retryableFlag(error: unknown): boolean {
  return (error as { retryable?: unknown } | null)?.retryable === true;
}

async function timerSleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(delayMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}
