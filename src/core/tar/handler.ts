import type { TarHeader } from './header.ts';

/** Receives what a decoder reads, in the order of the archive. What it throws comes out of `write`. */
export interface TarHandler {
  /** An entry begins. `offset`: where its content starts in the archive, bytes; undefined for sparse files, whose content is not there in one piece. */
  entry(header: TarHeader, offset: number | undefined): void;
  /** A piece of a file's content, holes included. Only lent: it is reused. */
  data(piece: Buffer): void;
  /** The entry's content is complete. */
  end(): void;
}
