import { tarError } from './error.ts';
import { nameFromBytes } from './name.ts';

/** What the extended headers before an entry say about it. */
export interface PaxValues {
  /** By key; values as bytes, since extended attributes are binary. */
  readonly records: ReadonlyMap<string, Buffer>;
  /** The pairs of GNU.sparse.offset and GNU.sparse.numbytes, in order (GNU sparse format 0.0). */
  readonly sparsePairs: readonly number[];
}

/** Reads `<length> <key>=<value>\n` records; a later record of a key replaces an earlier one, an empty value removes it. Errors: TAR_INVALID. */
export function parsePax(data: Buffer): PaxValues {
  const records = new Map<string, Buffer>();
  const sparsePairs: number[] = [];
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const lengthText = space < 0 || space - at > 8 ? '' : data.toString('latin1', at, space);
    const end = at + Number(lengthText);
    if (!/^[0-9]+$/.test(lengthText) || end > data.length || end <= space + 1 || data[end - 1] !== 0x0a)
      throw tarError('TAR_INVALID', 'an extended header has a record of a wrong length');
    const equals = data.indexOf(0x3d, space);
    if (equals < 0 || equals >= end || equals === space + 1) throw tarError('TAR_INVALID', 'an extended header has a record without a key');
    const key = nameFromBytes(data, space + 1, equals);
    const value = data.subarray(equals + 1, end - 1);
    if (!key.startsWith('SCHILY.xattr.') && value.includes(0)) throw tarError('TAR_INVALID', `the extended header ${key} has a NUL byte`);
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') sparsePairs.push(paxNumber(key, value));
    else if (value.length === 0 && !key.startsWith('SCHILY.xattr.')) records.delete(key);
    else records.set(key, value);
    at = end;
  }
  return { records, sparsePairs };
}

/** A count or id: decimal, not negative, no larger than what JavaScript counts exactly. Errors: TAR_INVALID. */
export function paxNumber(key: string, value: Buffer | string): number {
  const text = value.toString('latin1');
  const number = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(number))
    throw tarError('TAR_INVALID', `the extended header ${key} has the value ${JSON.stringify(text.slice(0, 40))}`);
  return number;
}

/** Decimal seconds with an optional fraction and sign. Errors: TAR_INVALID. */
export function paxTime(key: string, value: Buffer): { sec: number; ns: number } {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(value.toString('latin1'));
  if (!match) throw tarError('TAR_INVALID', `the extended header ${key} has the value ${JSON.stringify(value.toString('latin1').slice(0, 40))}`);
  const sec = Number(match[2]);
  const ns = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { sec, ns };
  return ns === 0 ? { sec: 0 - sec, ns: 0 } : { sec: -sec - 1, ns: 1_000_000_000 - ns };
}
