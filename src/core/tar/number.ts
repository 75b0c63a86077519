import { tarError } from './error.ts';

/** A number of a header: octal, or GNU's base-256 where the first bit is set. Errors: TAR_INVALID for what is no number or too large. */
export function numericField(block: Buffer, at: number, length: number, signed = false): number {
  const first = block[at]!;
  if (first >= 0x80) return base256(block, at, length, signed);
  let value = 0;
  let digits = 0;
  let ended = false;
  for (let i = at; i < at + length; i++) {
    const byte = block[i]!;
    if (byte >= 0x30 && byte <= 0x37 && !ended) {
      value = value * 8 + byte - 0x30;
      digits++;
    } else if (byte === 0x20 || byte === 0) ended = digits > 0;
    else if (!ended) throw tarError('TAR_INVALID', `a header has the number ${JSON.stringify(block.toString('latin1', at, at + length))}`);
    // What follows the end of the number is not looked at, as other readers do.
    if (ended) break;
  }
  return value;
}

function base256(block: Buffer, at: number, length: number, signed: boolean): number {
  const negative = (block[at]! & 0x40) !== 0;
  let value = 0n;
  for (let i = at; i < at + length; i++) value = (value << 8n) | BigInt(i === at ? block[i]! & 0x7f : block[i]!);
  if (negative) value -= 1n << BigInt(8 * length - 1);
  if ((negative && !signed) || value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw tarError('TAR_INVALID', `a header has the number ${value}`);
  }
  return Number(value);
}
