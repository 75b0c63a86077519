import type { OutputLimits } from '../protocol/index.ts';

/** Cuts a stream of output where it is more than its limits, as docker build does: what is dropped counts too, and the place where it begins is marked. */
export class OutputLimit {
  readonly #limits: OutputLimits;
  readonly #now: () => number;
  readonly #startedMs: number;
  #bytes = 0;
  #clipping = false;

  /** `now` is in milliseconds. */
  constructor(limits: OutputLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#startedMs = now();
  }

  /** What of the data is shown. */
  push(data: Uint8Array): Uint8Array {
    const { limit, reason } = this.#current();
    const room = Math.max(0, limit - this.#bytes);
    this.#bytes += data.length;
    if (data.length <= room) {
      this.#clipping = false;
      return data;
    }
    const shown = data.subarray(0, room);
    if (this.#clipping) return shown;
    this.#clipping = true;
    return Buffer.concat([shown, Buffer.from(`\n[output clipped, log limit ${reason} reached]\n`)]);
  }

  /** Whether nothing will be shown any more. */
  get isSpent(): boolean {
    return this.#clipping && this.#bytes >= (this.#limits.maxBytes ?? Infinity);
  }

  #current(): { readonly limit: number; readonly reason: string } {
    const { maxBytes = Infinity, maxBytesPerSecond = Infinity } = this.#limits;
    const seconds = Math.max(1, Math.ceil((this.#now() - this.#startedMs) / 1000));
    const bySpeed = seconds * maxBytesPerSecond;
    return bySpeed > maxBytes ? { limit: maxBytes, reason: formatSize(maxBytes) } : { limit: bySpeed, reason: `${formatSize(maxBytesPerSecond)}/s` };
  }
}

function formatSize(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Number((bytes / 1024 / 1024).toFixed(2))}MiB`;
  return bytes >= 1024 ? `${Number((bytes / 1024).toFixed(2))}KiB` : `${bytes}B`;
}
