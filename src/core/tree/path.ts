import { nameToBytes } from '../tar/index.ts';

/** Brings a path into TreeNode.path form: no leading or trailing slash, no `.`, `..` resolved by name and never above the root. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** What Linux refuses: a path of 4096 bytes with its leading slash and closing NUL, a name of more than 255. Undefined where it is no longer than that. */
export function lengthFault(path: string): string | undefined {
  // A character has three bytes at most, or two where it is one half of four.
  if (path.length * 3 <= longestNameBytes) return undefined;
  if (path.length * 3 > longestPathBytes && nameToBytes(path).length > longestPathBytes) return `its path has more than the limit of ${longestPathBytes} bytes`;
  for (const name of path.split('/')) {
    if (name.length * 3 > longestNameBytes && nameToBytes(name).length > longestNameBytes)
      return `a name in its path has more than the limit of ${longestNameBytes} bytes`;
  }
  return undefined;
}

const longestPathBytes = 4094;
const longestNameBytes = 255;

/** The path of the folder that holds it; '' for what is at the root, and for the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Order of names by their UTF-8 bytes. JavaScript's own order differs where one name has characters beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/**
 * Order of whole paths in which folders come right before what they hold: as compareBytes, with the slash before everything else. Walking a tree depth first gives
 * this order.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x === 0x2f ? -1 : y === 0x2f ? 1 : rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
