import { tarError } from './error.ts';
import type { TarHandler } from './handler.ts';
import { blockBytes, extendedHeaderLimitBytes, fields, paddingOf, type TarHeader, type TarType } from './header.ts';
import { nameFromBytes } from './name.ts';
import { numericField } from './number.ts';
import { paxNumber, paxTime, parsePax, type PaxValues } from './pax.ts';
import { beginSparse, type SparseContent } from './sparse.ts';

/** Zeros of a hole that one step of a decoder gives at most. */
const holeStepBytes = 4 << 20;

/**
 * Reads an archive in pieces of any size: ustar, PAX, GNU long names, base-256 numbers, old and PAX sparse files. Global headers are passed over, as container
 * engines do. Synchronous; holds at most one extended header. Errors: TAR_INVALID, TAR_TRUNCATED, TAR_LIMIT.
 */
export class TarDecoder {
  readonly #handler: TarHandler;
  #state: 'header' | 'content' | 'skip' | 'gather' | 'sparse-extension' | 'sparse-tail' | 'end' = 'header';
  /** Bytes before the piece that is being read. */
  #position = 0;
  /** What is left of the content, of the skipped bytes or of a gathered header. */
  #remaining = 0;
  #padding = 0;
  /** Part of a block that came with the piece before. */
  readonly #carry = Buffer.alloc(blockBytes);
  #carried = 0;
  #zeroBlocks = 0;
  #recognized = false;
  #gathered: Buffer[] = [];
  #gatheredFlag = 0;
  #pax: PaxValues | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;
  /** The sparse file that is being read. */
  #sparse: SparseContent | undefined;

  constructor(handler: TarHandler) {
    this.#handler = handler;
  }

  /** Whether an entry's header or a global one was read: then the bytes are a tar, and whatever else is wrong with them is a damage. */
  get recognized(): boolean {
    return this.#recognized;
  }

  /** Takes all of the piece. */
  write(piece: Buffer): void {
    let taken = this.step(piece);
    while (taken < piece.length || this.filling) taken += this.step(piece.subarray(taken));
  }

  /** Whether a hole at the end of a sparse file is being given, for which no more bytes are needed. */
  get filling(): boolean {
    return this.#state === 'sparse-tail';
  }

  /** As write, but returns within a large hole, so that the caller can stop: how many bytes were taken. To be called again until all are, and while `filling`. */
  step(piece: Buffer): number {
    const taken = this.#step(piece);
    this.#position += taken;
    return taken;
  }

  #step(piece: Buffer): number {
    let at = 0;
    let holes = 0;
    while (at < piece.length || this.#state === 'sparse-tail') {
      if (holes >= holeStepBytes) return at;
      switch (this.#state) {
        case 'content': {
          if (this.#sparse !== undefined && this.#sparse.hole > 0) {
            holes += this.#sparse.fill(holeStepBytes - holes);
            break;
          }
          const take = Math.min(this.#remaining, piece.length - at, this.#sparse?.step ?? this.#remaining);
          (this.#sparse ?? this.#handler).data(take === piece.length ? piece : piece.subarray(at, at + take));
          at += take;
          this.#remaining -= take;
          if (this.#remaining === 0) this.#endContent();
          break;
        }
        case 'sparse-tail': {
          if (this.#sparse!.hole > 0) holes += this.#sparse!.fill(holeStepBytes - holes);
          else this.#endEntry();
          break;
        }
        case 'skip': {
          const take = Math.min(this.#remaining, piece.length - at);
          at += take;
          this.#remaining -= take;
          if (this.#remaining === 0) this.#state = 'header';
          break;
        }
        case 'gather': {
          const take = Math.min(this.#remaining, piece.length - at);
          this.#gathered.push(Buffer.from(piece.subarray(at, at + take)));
          at += take;
          this.#remaining -= take;
          if (this.#remaining === 0) this.#endGather();
          break;
        }
        case 'end':
          at = piece.length;
          break;
        default: {
          if (this.#carried === 0 && piece.length - at >= blockBytes) {
            this.#block(piece, at, this.#position + at);
            at += blockBytes;
            break;
          }
          const take = Math.min(blockBytes - this.#carried, piece.length - at);
          piece.copy(this.#carry, this.#carried, at, at + take);
          this.#carried += take;
          at += take;
          if (this.#carried === blockBytes) {
            this.#carried = 0;
            this.#block(this.#carry, 0, this.#position + at - blockBytes);
          }
        }
      }
    }
    return at;
  }

  /** The input has ended. An archive without its end blocks is taken, as other readers do. Errors: TAR_TRUNCATED. */
  finish(): void {
    // What fills up the last block may be missing.
    if (this.#state === 'end' || this.#state === 'skip') return;
    if (this.#state !== 'header' || this.#carried > 0 || this.#pax || this.#longName !== undefined || this.#longLink !== undefined) {
      throw tarError('TAR_TRUNCATED', 'it ends within an entry');
    }
  }

  #block(block: Buffer, at: number, position: number): void {
    if (this.#state === 'sparse-extension') return this.#extendSparse(block, at);
    if (block[at] === 0 && isZero(block, at)) {
      if (++this.#zeroBlocks === 2) this.#state = 'end';
      return undefined;
    }
    if (this.#zeroBlocks > 0) throw tarError('TAR_INVALID', 'there is an entry after its end');
    checkSum(block, at);
    const flag = block[at + fields.type]!;
    const size = numericField(block, at + fields.size[0], fields.size[1]);
    switch (flag) {
      case 0x78: // x: extended header
      case 0x58: // X: Solaris
      case 0x4c: // L: GNU long name
      case 0x4b: // K: GNU long link
      case 0x67: // g: global extended header
        if (size > extendedHeaderLimitBytes)
          throw tarError('TAR_LIMIT', `an extended header has ${size} bytes, more than the limit of ${extendedHeaderLimitBytes}`);
        this.#gatheredFlag = flag;
        return this.#gather(size);
      case 0x56: // V: volume label
        return this.#skip(size + paddingOf(size));
      default:
        return this.#entry(block, at, position, flag, size);
    }
  }

  #entry(block: Buffer, at: number, position: number, flag: number, blockSize: number): void {
    const records = this.#pax?.records;
    let name = this.#longName ?? headerName(block, at);
    const path = records?.get('GNU.sparse.name') ?? records?.get('path');
    if (path) name = nameFromBytes(path);
    const type = typeOf(flag, name);
    this.#recognized = true;
    if (type === undefined) {
      throw tarError('TAR_INVALID', `the entry ${JSON.stringify(name)} has the unknown type ${JSON.stringify(String.fromCharCode(flag))}`);
    }
    const linkRecord = records?.get('linkpath');
    const link = linkRecord ? nameFromBytes(linkRecord) : (this.#longLink ?? nameField(block, at, fields.link));
    const sizeRecord = records?.get('size');
    const storedSize = type === 'file' ? (sizeRecord ? paxNumber('size', sizeRecord) : blockSize) : 0;
    const time = records?.get('mtime');
    const { sec, ns } = time ? paxTime('mtime', time) : { sec: numericField(block, at + fields.mtime[0], fields.mtime[1], true), ns: 0 };
    const device = type === 'char' || type === 'block';
    const header: TarHeader = {
      name,
      type,
      mode: numericField(block, at + fields.mode[0], 8, true) & 0o7777,
      uid: idOf('uid', records, block, at + fields.uid[0]),
      gid: idOf('gid', records, block, at + fields.gid[0]),
      size: storedSize,
      mtimeSec: sec,
      mtimeNs: ns,
      link: type === 'symlink' || type === 'hardlink' ? link : '',
      major: device ? numericField(block, at + fields.major[0], 8) : 0,
      minor: device ? numericField(block, at + fields.minor[0], 8) : 0,
      ...xattrsOf(records),
    };
    if (header.link === '' && (type === 'symlink' || type === 'hardlink')) throw tarError('TAR_INVALID', `the link ${JSON.stringify(name)} has no target`);
    const pax = this.#pax;
    this.#pax = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#padding = paddingOf(storedSize);
    const start = position + blockBytes;
    this.#sparse = type === 'file' ? beginSparse(flag, block, at, header, pax, this.#handler) : undefined;
    if (this.#sparse?.wantsExtension) {
      this.#state = 'sparse-extension';
      return;
    }
    if (this.#sparse === undefined) this.#handler.entry(header, start);
    this.#beginContent(storedSize);
  }

  #beginContent(size: number): void {
    this.#remaining = size;
    if (size === 0) this.#endContent();
    else this.#state = 'content';
  }

  #endContent(): void {
    if (this.#sparse === undefined) return this.#endEntry();
    this.#sparse.endStored();
    this.#state = 'sparse-tail';
    return undefined;
  }

  #endEntry(): void {
    this.#sparse = undefined;
    this.#handler.end();
    if (this.#padding > 0) this.#skip(this.#padding);
    else this.#state = 'header';
  }

  #skip(bytes: number): void {
    this.#remaining = bytes;
    this.#state = bytes > 0 ? 'skip' : 'header';
  }

  #gather(size: number): void {
    this.#gathered = [];
    this.#remaining = size + paddingOf(size);
    this.#padding = paddingOf(size);
    this.#state = 'gather';
    if (this.#remaining === 0) this.#endGather();
  }

  #endGather(): void {
    const all = this.#gathered.length === 1 ? this.#gathered[0]! : Buffer.concat(this.#gathered);
    const data = all.subarray(0, all.length - this.#padding);
    this.#gathered = [];
    this.#state = 'header';
    const flag = this.#gatheredFlag;
    if (flag === 0x4c) this.#longName = untilNul(data, 0, data.length);
    else if (flag === 0x4b) this.#longLink = untilNul(data, 0, data.length);
    else {
      const pax = parsePax(data);
      if (flag !== 0x67) this.#pax = pax;
      else this.#recognized = true;
    }
  }

  #extendSparse(block: Buffer, at: number): void {
    const sparse = this.#sparse!;
    sparse.extend(block, at);
    if (!sparse.wantsExtension) this.#beginContent(sparse.storedBytes);
  }
}

/** Undefined for types that no container engine knows. */
function typeOf(flag: number, name: string): TarType | undefined {
  switch (flag) {
    case 0x30: // 0
    case 0: // before POSIX
    case 0x37: // 7: contiguous
    case 0x53: // S: GNU sparse
      // Before POSIX folders were files whose name ends with a slash.
      return name.endsWith('/') && flag === 0 ? 'dir' : 'file';
    case 0x31:
      return 'hardlink';
    case 0x32:
      return 'symlink';
    case 0x33:
      return 'char';
    case 0x34:
      return 'block';
    case 0x35:
      return 'dir';
    case 0x36:
      return 'fifo';
    default:
      return undefined;
  }
}

function idOf(key: 'uid' | 'gid', records: ReadonlyMap<string, Buffer> | undefined, block: Buffer, at: number): number {
  const record = records?.get(key);
  const id = record ? paxNumber(key, record) : numericField(block, at, 8);
  if (id > 0xffff_ffff) throw tarError('TAR_INVALID', `an entry has the ${key} ${id}`);
  return id;
}

function xattrsOf(records: ReadonlyMap<string, Buffer> | undefined): { xattrs?: ReadonlyMap<string, Buffer> } {
  if (!records) return {};
  let xattrs: Map<string, Buffer> | undefined;
  for (const [key, value] of records) if (key.startsWith('SCHILY.xattr.')) (xattrs ??= new Map<string, Buffer>()).set(key.slice(13), value);
  return xattrs ? { xattrs } : {};
}

function headerName(block: Buffer, at: number): string {
  const name = nameField(block, at, fields.name);
  // Only POSIX has a prefix: GNU keeps times there, star a shorter prefix.
  if (block.toString('latin1', at + fields.magic, at + fields.magic + 6) !== 'ustar\0') return name;
  const star = block.toString('latin1', at + 508, at + 512) === 'tar\0';
  const prefix = nameField(block, at, star ? [fields.prefix[0], 131] : fields.prefix);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function nameField(block: Buffer, at: number, [start, length]: readonly [number, number]): string {
  return block[at + start] === 0 ? '' : untilNul(block, at + start, at + start + length);
}

function untilNul(bytes: Buffer, start: number, limit: number): string {
  let end = start;
  while (end < limit && bytes[end] !== 0) end++;
  return nameFromBytes(bytes, start, end);
}

function isZero(block: Buffer, at: number): boolean {
  for (let i = at; i < at + blockBytes; i++) if (block[i] !== 0) return false;
  return true;
}

function checkSum(block: Buffer, at: number): void {
  let unsigned = 0;
  for (let i = at; i < at + blockBytes; i++) unsigned += block[i]!;
  const start = at + fields.checksum[0];
  for (let i = start; i < start + 8; i++) unsigned += 0x20 - block[i]!;
  const expected = numericField(block, start, 8);
  if (unsigned === expected) return;
  // Some old programs summed signed bytes.
  let signed = 8 * 0x20;
  for (let i = at; i < at + blockBytes; i++) if (i < start || i >= start + 8) signed += (block[i]! << 24) >> 24;
  if (signed !== expected) throw tarError('TAR_INVALID', 'a header has a wrong checksum');
}
