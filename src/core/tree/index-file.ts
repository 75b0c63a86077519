import { isAscii } from 'node:buffer';
import { hash } from 'node:crypto';
import { hexOf, type Digest, type DiffID } from '../oci/index.ts';
import { nameFromBytes, nameToBytes } from '../tar/index.ts';
import type { EntryType, LayerEntry, LayerIndex } from './entry.ts';
import { TreeError } from './error.ts';

/*
 * The file of a layer index. Columns instead of rows, so that 30,000 entries load in some 30 ms: a JSON head with the lengths, then numbers of 8, 4, 2 and 1
 * bytes, the content digests of files as bytes, then all paths and all links as text with a NUL after each. Little-endian. What few entries have stands in the head.
 * At the end the SHA-256 of all that is before it: what an index says is believed, so a flipped bit must show.
 */
const magic = 'OSSBIDX2';
const checksumBytes = 32;

interface Head {
  readonly diffID: DiffID;
  readonly contentDigest: Digest;
  readonly tarSize: number;
  readonly count: number;
  readonly digestCount: number;
  readonly pathsBytes: number;
  readonly linksBytes: number;
  /** By position. */
  readonly rare: Readonly<Record<string, Rare>>;
}

interface Rare {
  readonly major?: number;
  readonly minor?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
}

const types: readonly EntryType[] = ['file', 'dir', 'symlink', 'hardlink', 'char', 'block', 'fifo'];
const hasDigest = 0x08;
const isWhiteout = 0x10;
const isOpaque = 0x20;
const hasLink = 0x40;
const isImplied = 0x80;
const noOffset = -1;

/** Reverse of decodeIndex. */
export function encodeIndex(index: LayerIndex): Buffer {
  const { entries } = index;
  const count = entries.length;
  const wide = new Float64Array(3 * count);
  const words = new Uint32Array(3 * count);
  const modes = new Uint16Array(count);
  const flags = new Uint8Array(count);
  const digests: string[] = [];
  const paths: string[] = [];
  const links: string[] = [];
  const rare: Record<string, Rare> = {};
  for (let i = 0; i < count; i++) {
    const entry = entries[i]!;
    wide[i] = entry.size;
    wide[count + i] = entry.mtimeSec;
    wide[2 * count + i] = entry.offset ?? noOffset;
    words[i] = entry.uid;
    words[count + i] = entry.gid;
    words[2 * count + i] = entry.mtimeNs;
    modes[i] = entry.mode;
    let flag = types.indexOf(entry.type);
    if (entry.digest !== undefined) {
      flag |= hasDigest;
      digests.push(hexOf(entry.digest));
    }
    if (entry.whiteout !== undefined) flag |= entry.whiteout === 'opaque' ? isOpaque : isWhiteout;
    if (entry.implied) flag |= isImplied;
    if (entry.link !== undefined) {
      flag |= hasLink;
      links.push(entry.link, '\0');
    }
    flags[i] = flag;
    paths.push(entry.path, '\0');
    if (entry.major !== undefined || entry.xattrs !== undefined) rare[i] = rareOf(entry);
  }
  const pathsBytes = nameToBytes(paths.join(''));
  const linksBytes = nameToBytes(links.join(''));
  const { diffID, contentDigest, tarSize } = index;
  const head: Head = { diffID, contentDigest, tarSize, count, digestCount: digests.length, pathsBytes: pathsBytes.length, linksBytes: linksBytes.length, rare };
  const headText = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(16 + headText.length + paddingTo8(headText.length), 0x20);
  start.write(magic, 'latin1');
  start.writeUInt32LE(headText.length, 8);
  headText.copy(start, 16);
  const body = Buffer.concat([start, bytesOf(wide), bytesOf(words), bytesOf(modes), flags, Buffer.from(digests.join(''), 'hex'), pathsBytes, linksBytes]);
  return Buffer.concat([body, hash('sha256', body, 'buffer')]);
}

/** What an index says without its entries. Much cheaper than decodeIndex, and finds the same damage. Errors: TREE_INDEX_DAMAGED. */
export function checkIndex(file: Buffer): { readonly diffID: DiffID; readonly count: number } {
  return readHead(verified(file));
}

/** Errors: TREE_INDEX_DAMAGED. */
export function decodeIndex(checkedFile: Buffer): LayerIndex {
  const file = verified(checkedFile);
  const head = readHead(file);
  const { count } = head;
  const body = 16 + file.readUInt32LE(8) + paddingTo8(file.readUInt32LE(8));
  // Columns want aligned memory.
  const data = new Uint8Array(file.subarray(body)).buffer;
  const expected = count * (3 * 8 + 3 * 4 + 2 + 1) + head.digestCount * 32 + head.pathsBytes + head.linksBytes;
  if (data.byteLength !== expected) throw damaged('its length is wrong');
  const wide = new Float64Array(data, 0, 3 * count);
  const words = new Uint32Array(data, 24 * count, 3 * count);
  const modes = new Uint16Array(data, 36 * count, count);
  const flags = new Uint8Array(data, 38 * count, count);
  const bytes = Buffer.from(data, 39 * count);
  const digests = bytes.toString('hex', 0, head.digestCount * 32);
  const paths = textOf(bytes.subarray(head.digestCount * 32, head.digestCount * 32 + head.pathsBytes)).split('\0');
  const links = textOf(bytes.subarray(head.digestCount * 32 + head.pathsBytes)).split('\0');
  const entries: LayerEntry[] = [];
  let digestAt = 0;
  let linkAt = 0;
  for (let i = 0; i < count; i++) {
    const flag = flags[i]!;
    const offset = wide[2 * count + i]!;
    const entry: { -readonly [K in keyof LayerEntry]: LayerEntry[K] } = {
      path: paths[i]!,
      type: types[flag & 7]!,
      mode: modes[i]!,
      uid: words[i]!,
      gid: words[count + i]!,
      size: wide[i]!,
      mtimeSec: wide[count + i]!,
      mtimeNs: words[2 * count + i]!,
    };
    if (flag & hasDigest) {
      entry.digest = `sha256:${digests.slice(digestAt, digestAt + 64)}` as Digest;
      digestAt += 64;
    }
    if (flag & hasLink) entry.link = links[linkAt++]!;
    if (offset !== noOffset) entry.offset = offset;
    if (flag & (isWhiteout | isOpaque)) entry.whiteout = flag & isOpaque ? 'opaque' : 'whiteout';
    if (flag & isImplied) entry.implied = true;
    entries.push(entry);
  }
  for (const [i, values] of Object.entries(head.rare)) Object.assign(entries[Number(i)]!, values);
  return { diffID: head.diffID, contentDigest: head.contentDigest, tarSize: head.tarSize, entries };
}

function verified(file: Buffer): Buffer {
  if (file.length < 16 + checksumBytes || file.toString('latin1', 0, 8) !== magic) throw damaged('it does not begin as one');
  const end = file.length - checksumBytes;
  const body = file.subarray(0, end);
  if (!hash('sha256', body, 'buffer').equals(file.subarray(end))) throw damaged('its checksum is wrong');
  return body;
}

function readHead(file: Buffer): Head {
  const length = file.readUInt32LE(8);
  if (file.length < 16 + length) throw damaged('it is cut short');
  try {
    return JSON.parse(file.toString('utf8', 16, 16 + length)) as Head;
  } catch (error) {
    throw damaged('its head is no JSON', error);
  }
}

function rareOf({ major, minor, xattrs }: LayerEntry): Rare {
  return { ...(major === undefined ? {} : { major }), ...(minor === undefined ? {} : { minor }), ...(xattrs === undefined ? {} : { xattrs }) };
}

function textOf(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : nameFromBytes(bytes);
}

function bytesOf(column: Float64Array | Uint32Array | Uint16Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}

function paddingTo8(length: number): number {
  return (8 - (length % 8)) % 8;
}

function damaged(found: string, cause?: unknown): TreeError {
  return new TreeError('TREE_INDEX_DAMAGED', `Cannot read a layer index: ${found}`, {
    family: 'filesystem',
    hint: 'Build again; the index is then made anew.',
    cause,
  });
}
