import { usageError } from '../usage-error.ts';

/** Bytes from `128m`, `1.5GB`, `512`. Units are powers of 1024 (docker's --shm-size) or, with `decimal`, of 1000 where no `i` is written (docker's prune). */
export function parseSize(text: string, shown: string, options: { readonly decimal?: boolean } = {}): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp])(i)?b?|b)?$/i.exec(text.trim());
  const base = options.decimal === true && match?.[3] === undefined ? 1000 : 1024;
  const power = match?.[2] === undefined ? 0 : 'kmgtp'.indexOf(match[2].toLowerCase()) + 1;
  const bytes = Math.floor(Number(match?.[1]) * base ** power);
  if (!Number.isSafeInteger(bytes))
    throw usageError(
      'FLAG_VALUE',
      `Cannot use ${shown} ${JSON.stringify(text)}: it is not a size`,
      'Write it as a number with a unit, for instance 512m or 2g.',
    );
  return bytes;
}
