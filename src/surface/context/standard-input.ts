import { untilAborted } from '../../core/stream/index.ts';
import { archiveHeadBytes, isArchiveHead } from '../../core/tar/index.ts';
import { requestError } from '../request/index.ts';

/** Standard input, which can be looked at before it is decided what it is. Read once. */
export class StandardInput {
  readonly #open: () => AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #head = Buffer.alloc(0);

  /** Whoever is to send may never do so: an abort ends the wait. */
  constructor(open: () => AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#open = open;
    this.#signal = signal;
  }

  /** Whether something of it may have been read. */
  get isRead(): boolean {
    return this.#iterator !== undefined;
  }

  /** Whether it is a tar archive, plain or compressed. */
  async isArchive(): Promise<boolean> {
    await this.#fill(archiveHeadBytes);
    return isArchiveHead(this.#head);
  }

  /** All of it. Errors: DOCKERFILE_UNREADABLE for more than `maxBytes`. */
  async bytes(maxBytes: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.stream()) {
      size += chunk.length;
      if (size > maxBytes)
        throw requestError('DOCKERFILE_UNREADABLE', `Cannot read the Dockerfile from standard input: it has more than ${maxBytes} bytes, which is the limit`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    if (this.#head.length > 0) yield this.#head;
    const iterator = this.#started();
    for (;;) {
      const next = await untilAborted(iterator.next(), this.#signal);
      if (next.done === true) return;
      yield next.value;
    }
  }

  async #fill(bytes: number): Promise<void> {
    const iterator = this.#started();
    while (this.#head.length < bytes) {
      const next = await untilAborted(iterator.next(), this.#signal);
      if (next.done === true) return;
      this.#head = Buffer.concat([this.#head, next.value]);
    }
  }

  #started(): AsyncIterator<Uint8Array> {
    return (this.#iterator ??= this.#open()[Symbol.asyncIterator]());
  }
}
