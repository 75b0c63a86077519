import { isUtf8 } from 'node:buffer';

/**
 * Names are bytes; here they are strings. Bytes that are no UTF-8 stand as lone surrogates U+DC80 to U+DCFF (Python's surrogateescape), so that every name
 * survives the way in and out.
 */
export function nameFromBytes(bytes: Buffer, start = 0, end = bytes.length): string {
  let ascii = true;
  for (let i = start; i < end; i++) {
    if (bytes[i]! >= 0x80) {
      ascii = false;
      break;
    }
  }
  if (ascii) return bytes.toString('latin1', start, end);
  return isUtf8(bytes.subarray(start, end)) ? bytes.toString('utf8', start, end) : escaped(bytes.subarray(start, end));
}

/** The reverse of nameFromBytes. */
export function nameToBytes(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name);
  const parts = name.split(/([\udc80-\udcff])/u).map((part) => {
    const code = part.length === 1 ? part.charCodeAt(0) : 0;
    return code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(part);
  });
  return Buffer.concat(parts);
}

/** A path as Node's file functions and ours take it: the string itself, or its bytes where it is no UTF-8. */
export function systemPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : nameToBytes(path);
}

function escaped(bytes: Buffer): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    text += length > 0 ? bytes.toString('utf8', i, i + length) : String.fromCharCode(0xdc00 + bytes[i]!);
    i += Math.max(length, 1);
  }
  return text;
}

/** Length of the UTF-8 sequence at `i`, or 0 where there is none. */
function sequenceLength(bytes: Buffer, i: number): number {
  const lead = bytes[i]!;
  const length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  return length > 0 && i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length)) ? length : 0;
}
