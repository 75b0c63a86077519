import type { Pause } from '../../decide/solver/index.ts';
import type { BuildEvent } from './events.ts';

/** Bytes of output that may wait for the reader. */
const limitBytes = 1 << 20;
/** What an event takes besides its output. */
const overheadBytes = 256;

interface Slot {
  event: BuildEvent;
  /** Its place among all events. */
  readonly order: number;
  readonly bytes: number;
}

/**
 * The way of events from a build to its one reader, of bounded size: where output waits, steps are held up until the reader has caught up, and of progress the
 * newest counts. Before there is a reader nothing is held up, and the oldest output is dropped; once it has left, no event is kept.
 */
export class EventQueue implements AsyncIterable<BuildEvent> {
  readonly #output: Slot[] = [];
  /** All but output, which is dropped by itself. */
  readonly #others: Slot[] = [];
  #count = 0;
  /** Progress that has not been read, by what moves. */
  readonly #progress = new Map<string, Slot>();
  #outputBytes = 0;
  #hasReader = false;
  #ended = false;
  #isReleased = false;
  #wakeReader: (() => void) | undefined;
  #pause: PromiseWithResolvers<void> | undefined;

  /** A pause is asked for by events of output alone: steps print without end, everything else is counted. */
  push(event: BuildEvent): Pause | undefined {
    if (this.#ended) return undefined;
    const key = progressKey(event);
    const waiting = key === undefined ? undefined : this.#progress.get(key);
    if (waiting !== undefined) {
      waiting.event = event;
      return undefined;
    }
    const slot: Slot = { event, order: this.#count++, bytes: event.kind === 'log' ? event.data.byteLength + overheadBytes : 0 };
    if (key !== undefined) this.#progress.set(key, slot);
    (event.kind === 'log' ? this.#output : this.#others).push(slot);
    this.#outputBytes += slot.bytes;
    this.#wakeReader?.();
    if (event.kind !== 'log' || this.#outputBytes <= limitBytes) return undefined;
    if (!this.#hasReader || this.#isReleased) {
      this.#dropOldestOutput();
      return undefined;
    }
    this.#pause ??= Promise.withResolvers<void>();
    return { over: this.#pause.promise };
  }

  /** No more events follow; those that wait can still be read. */
  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
    this.#endPause();
  }

  /** From now on nothing is held up, since the build is to stop; the oldest output is dropped instead. */
  release(): void {
    this.#isReleased = true;
    this.#endPause();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<BuildEvent> {
    this.#hasReader = true;
    try {
      for (;;) {
        const slot = this.#shift();
        if (slot !== undefined) {
          this.#forget(slot);
          yield slot.event;
        } else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      }
    } finally {
      this.#ended = true;
      this.#output.length = 0;
      this.#others.length = 0;
      this.#progress.clear();
      this.#endPause();
    }
  }

  #shift(): Slot | undefined {
    const [output] = this.#output;
    const [other] = this.#others;
    const isOutput = output !== undefined && (other === undefined || output.order < other.order);
    return isOutput ? this.#output.shift() : this.#others.shift();
  }

  #forget(slot: Slot): void {
    const key = progressKey(slot.event);
    if (key !== undefined) this.#progress.delete(key);
    this.#outputBytes -= slot.bytes;
    if (this.#outputBytes <= limitBytes / 2) this.#endPause();
  }

  #endPause(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  #dropOldestOutput(): void {
    this.#outputBytes -= this.#output.shift()?.bytes ?? 0;
  }
}

function progressKey(event: BuildEvent): string | undefined {
  return event.kind === 'progress' ? `${event.vertex} ${event.action} ${event.id}` : undefined;
}
