import { tarError } from './error.ts';
import { paddingOf } from './header.ts';
import { numericField } from './number.ts';
import { paxNumber, type PaxValues } from './pax.ts';

/** Where the stored bytes of a sparse file belong. */
export interface SparseMap {
  /** Bytes of the file with its holes. */
  readonly realSize: number;
  /** In order, not overlapping. */
  readonly parts: readonly { readonly offset: number; readonly length: number }[];
}

/** The map of GNU sparse formats 0.0 and 0.1, which stands in the extended header; undefined where there is none. Errors: TAR_INVALID. */
export function sparseFromPax(pax: PaxValues): SparseMap | undefined {
  const { records } = pax;
  const size = records.get('GNU.sparse.size') ?? records.get('GNU.sparse.realsize');
  if (size === undefined || records.get('GNU.sparse.major')?.toString() === '1') return undefined;
  const map = records.get('GNU.sparse.map')?.toString('latin1');
  const numbers = map === undefined ? pax.sparsePairs : map === '' ? [] : map.split(',').map((text) => paxNumber('GNU.sparse.map', text));
  return checkedMap(paxNumber('GNU.sparse.size', size), numbers);
}

/** The old GNU format: four parts in the header block itself. `more` tells that extension blocks follow. */
export function sparseFromHeader(block: Buffer, at: number): { realSize: number; numbers: number[]; more: boolean } {
  return { realSize: number(block, at + 483), numbers: pairs(block, at + 386, 4), more: block[at + 482] !== 0 };
}

/** An extension block of the old GNU format. */
export function sparseFromExtension(block: Buffer, at: number): { numbers: number[]; more: boolean } {
  return { numbers: pairs(block, at, 21), more: block[at + 504] !== 0 };
}

/**
 * The map of GNU sparse format 1.0, which comes before the content: decimal lines, filled up to a block. Undefined where `data` does not hold all of it yet.
 * `consumed`: bytes of the map with its filling. Errors: TAR_INVALID.
 */
export function sparseFromContent(realSize: number, data: Buffer): { map: SparseMap; consumed: number } | undefined {
  const numbers: number[] = [];
  let at = 0;
  for (let wanted = 1; numbers.length < wanted;) {
    const end = data.indexOf(0x0a, at);
    if (end < 0) return undefined;
    numbers.push(paxNumber('sparse map', data.subarray(at, end)));
    at = end + 1;
    wanted = 1 + 2 * numbers[0]!;
  }
  return { map: checkedMap(realSize, numbers.slice(1)), consumed: at + paddingOf(at) };
}

/** How many lines a map of format 1.0 has, by its first. Errors: TAR_INVALID. */
export function linesOfMap(data: Buffer): number {
  return 1 + 2 * paxNumber('sparse map', data.subarray(0, data.indexOf(0x0a)));
}

/** Pairs of offset and length as a map. Errors: TAR_INVALID where they overlap or lie outside the file. */
export function checkedMap(realSize: number, numbers: readonly number[]): SparseMap {
  if (numbers.length % 2 !== 0) throw tarError('TAR_INVALID', 'a sparse map ends within a pair');
  const parts: { offset: number; length: number }[] = [];
  let end = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const [offset, length] = [numbers[i]!, numbers[i + 1]!];
    if (offset < end || offset + length > realSize) throw tarError('TAR_INVALID', 'a sparse map has parts that overlap or lie outside the file');
    end = offset + length;
    if (length > 0) parts.push({ offset, length });
  }
  return { realSize, parts };
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
