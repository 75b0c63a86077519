import { tarError } from './error.ts';
import type { TarHandler } from './handler.ts';
import { blockBytes, extendedHeaderLimitBytes, paddingOf, type TarHeader } from './header.ts';
import { numericField } from './number.ts';
import { paxNumber, type PaxValues } from './pax.ts';

/**
 * Begins the content of an entry, a file, that is sparse by its type or its extended header; undefined for others. The handler receives the entry as soon as its
 * map is known. Errors: TAR_INVALID.
 */
export function beginSparse(
  flag: number,
  block: Buffer,
  at: number,
  header: TarHeader,
  pax: PaxValues | undefined,
  handler: SparseHandler,
): SparseContent | undefined {
  if (flag === oldSparseFlag) {
    const { realSize, numbers, more } = sparseFromHeader(block, at);
    return new SparseContent(header, realSize, more ? { kind: 'extensions', numbers } : numbers, handler);
  }
  if (pax === undefined) return undefined;
  if (pax.records.get('GNU.sparse.major')?.toString() !== '1') {
    const map = sparseFromPax(pax);
    return map && new SparseContent(header, map.realSize, map.numbers, handler);
  }
  const realSize = paxNumber('GNU.sparse.realsize', pax.records.get('GNU.sparse.realsize') ?? '');
  if (header.size === 0) throw tarError('TAR_INVALID', `the sparse file ${JSON.stringify(header.name)} has no map`);
  return new SparseContent(header, realSize, { kind: 'lines', pieces: [], bytes: 0, lines: 0, wanted: undefined }, handler);
}

type SparseHandler = Pick<TarHandler, 'entry' | 'data'>;

/** A map that is still being read. */
type PendingMap =
  /** Of the old format: in blocks that follow the header. */
  | { readonly kind: 'extensions'; readonly numbers: number[] }
  /** Of format 1.0: in front of the content. */
  | {
      readonly kind: 'lines';
      readonly pieces: Buffer[];
      bytes: number;
      /** Lines read, and lines that the map has by its first. */
      lines: number;
      wanted: number | undefined;
    };

/** The content of a sparse file as it streams by: its map, the parts that are stored, and the holes between them, which the handler gets as zeros. */
export class SparseContent {
  readonly #header: TarHeader;
  /** Bytes of the file with its holes. */
  readonly #realSize: number;
  readonly #handler: SparseHandler;
  #pending: PendingMap | undefined;
  #parts: readonly SparsePart[] = [];
  #part = 0;
  #position = 0;

  /** `map`: pairs of offset and length, or what is to come. Errors: TAR_INVALID. */
  constructor(header: TarHeader, realSize: number, map: readonly number[] | PendingMap, handler: SparseHandler) {
    this.#header = header;
    this.#realSize = realSize;
    this.#handler = handler;
    if ('kind' in map) this.#pending = map;
    else this.#begin(checkedMap(realSize, map), header.size);
  }

  /** Bytes that the archive has for the file, a map of format 1.0 included. */
  get storedBytes(): number {
    return this.#header.size;
  }

  /** Whether the next block belongs to the map; then `extend` wants it. */
  get wantsExtension(): boolean {
    return this.#pending?.kind === 'extensions';
  }

  /** Bytes of the hole that is next; 0 where stored bytes are. */
  get hole(): number {
    return this.#pending === undefined ? (this.#parts[this.#part]?.offset ?? this.#realSize) - this.#position : 0;
  }

  /** Stored bytes that `data` takes at most: the rest of a block of the map, or of a part. */
  get step(): number {
    if (this.#pending?.kind === 'lines') return blockBytes - (this.#pending.bytes % blockBytes);
    const { offset, length } = this.#parts[this.#part]!;
    return offset + length - this.#position;
  }

  /** Takes a block of an old map. Errors: TAR_INVALID, TAR_LIMIT. */
  extend(block: Buffer, at: number): void {
    const known = (this.#pending as Extract<PendingMap, { kind: 'extensions' }>).numbers;
    const { numbers, more } = sparseFromExtension(block, at);
    for (const number of numbers) known.push(number);
    if (known.length * 12 > extendedHeaderLimitBytes) throw mapTooLong();
    if (!more) this.#begin(checkedMap(this.#realSize, known), this.#header.size);
  }

  /** Takes stored bytes, no more than `step`. Errors: TAR_INVALID, TAR_LIMIT. */
  data(piece: Buffer): void {
    if (this.#pending?.kind === 'lines') return this.#gather(piece, this.#pending);
    this.#handler.data(piece);
    this.#position += piece.length;
    const { offset, length } = this.#parts[this.#part]!;
    if (this.#position === offset + length) this.#part++;
    return undefined;
  }

  /** Gives zeros of the hole that is next, up to the limit: how many. */
  fill(limit: number): number {
    const given = Math.min(this.hole, limit);
    const zeros = Buffer.alloc(Math.min(given, 64 << 10));
    this.#position += given;
    for (let left = given; left > 0; left -= zeros.length) this.#handler.data(left < zeros.length ? zeros.subarray(0, left) : zeros);
    return given;
  }

  /** All stored bytes were taken; a hole may follow. Errors: TAR_INVALID. */
  endStored(): void {
    if (this.#pending) throw tarError('TAR_INVALID', `the sparse file ${JSON.stringify(this.#header.name)} ends within its map`);
  }

  #gather(piece: Buffer, pending: Extract<PendingMap, { kind: 'lines' }>): void {
    pending.pieces.push(Buffer.from(piece));
    pending.bytes += piece.length;
    if (pending.bytes > extendedHeaderLimitBytes) throw mapTooLong();
    for (const byte of piece) if (byte === 0x0a) pending.lines++;
    if (pending.lines === 0 || pending.bytes % blockBytes !== 0) return;
    pending.wanted ??= linesOfMap(Buffer.concat(pending.pieces));
    if (pending.lines < pending.wanted) return;
    const found = sparseFromContent(Buffer.concat(pending.pieces));
    if (found) this.#begin(checkedMap(this.#realSize, found.numbers), this.#header.size - found.consumed);
  }

  #begin(parts: readonly SparsePart[], storedBytes: number): void {
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    if (total !== storedBytes) throw tarError('TAR_INVALID', `the map of the sparse file ${JSON.stringify(this.#header.name)} does not fit its content`);
    this.#pending = undefined;
    this.#parts = parts;
    this.#handler.entry({ ...this.#header, size: this.#realSize }, undefined);
  }
}

/** Stored bytes, and where they belong. */
interface SparsePart {
  readonly offset: number;
  readonly length: number;
}

/** The map of GNU sparse formats 0.0 and 0.1, which stands in the extended header; undefined where there is none. Errors: TAR_INVALID. */
function sparseFromPax(pax: PaxValues): { realSize: number; numbers: readonly number[] } | undefined {
  const { records } = pax;
  const size = records.get('GNU.sparse.size') ?? records.get('GNU.sparse.realsize');
  if (size === undefined) return undefined;
  const map = records.get('GNU.sparse.map')?.toString('latin1');
  const numbers = map === undefined ? pax.sparsePairs : map === '' ? [] : map.split(',').map((text) => paxNumber('GNU.sparse.map', text));
  return { realSize: paxNumber('GNU.sparse.size', size), numbers };
}

/** The old GNU format: four parts in the header block itself. `more` says that extension blocks follow. */
function sparseFromHeader(block: Buffer, at: number): { realSize: number; numbers: number[]; more: boolean } {
  return { realSize: number(block, at + 483), numbers: pairs(block, at + 386, 4), more: block[at + 482] !== 0 };
}

/** An extension block of the old GNU format. */
function sparseFromExtension(block: Buffer, at: number): { numbers: number[]; more: boolean } {
  return { numbers: pairs(block, at, 21), more: block[at + 504] !== 0 };
}

/**
 * The map of GNU sparse format 1.0, which comes before the content: decimal lines, filled up to a block. Undefined where `data` does not hold all of it yet.
 * `consumed`: bytes of the map with its filling. Errors: TAR_INVALID.
 */
function sparseFromContent(data: Buffer): { numbers: readonly number[]; consumed: number } | undefined {
  const numbers: number[] = [];
  let at = 0;
  for (let wanted = 1; numbers.length < wanted;) {
    const end = data.indexOf(0x0a, at);
    if (end < 0) return undefined;
    numbers.push(paxNumber('sparse map', data.subarray(at, end)));
    at = end + 1;
    wanted = 1 + 2 * numbers[0]!;
  }
  return { numbers: numbers.slice(1), consumed: at + paddingOf(at) };
}

/** How many lines a map of format 1.0 has, by its first. Errors: TAR_INVALID. */
function linesOfMap(data: Buffer): number {
  return 1 + 2 * paxNumber('sparse map', data.subarray(0, data.indexOf(0x0a)));
}

/** Pairs of offset and length as a map. Errors: TAR_INVALID where they overlap or lie outside the file. */
function checkedMap(realSize: number, numbers: readonly number[]): readonly SparsePart[] {
  if (numbers.length % 2 !== 0) throw tarError('TAR_INVALID', 'a sparse map ends within a pair');
  const parts: SparsePart[] = [];
  let end = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const [offset, length] = [numbers[i]!, numbers[i + 1]!];
    if (offset < end || offset + length > realSize) throw tarError('TAR_INVALID', 'a sparse map has parts that overlap or lie outside the file');
    end = offset + length;
    if (length > 0) parts.push({ offset, length });
  }
  return parts;
}

/** Numbers of the old format: octal or base-256, 12 bytes each; an empty field ends the list. */
function pairs(block: Buffer, start: number, count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = start + i * 24;
    if (block[at] === 0) break;
    numbers.push(number(block, at), number(block, at + 12));
  }
  return numbers;
}

function number(block: Buffer, at: number): number {
  return numericField(block, at, 12);
}

function mapTooLong(): Error {
  return tarError('TAR_LIMIT', `a sparse map has more than the limit of ${extendedHeaderLimitBytes} bytes`);
}

/** S, the type of a sparse file of the old GNU format. */
const oldSparseFlag = 0x53;
