import { BuildError } from '../errors.ts';
import { blockBytes, fields, paddingOf, type TarHeader, type TarType } from './header.ts';
import { nameToBytes } from './name.ts';

export type TarEncodeErrorCode =
  /** An entry cannot be stored in a tar archive, for instance for a NUL in its name. */
  'TAR_UNWRITABLE';

/** An entry that no tar can hold. */
export class TarEncodeError extends BuildError<TarEncodeErrorCode> {}

/** The end of an archive. An empty layer is just this. */
export const endOfTarBytes = 2 * blockBytes;

/**
 * Writes the 512 bytes of an entry's header at `at`. Byte for byte what Go's archive/tar writes in its PAX format, which is what Docker's layers are made by. Values
 * that do not fit stand in the extended header: see encodePax, which comes first. Folders want a name that ends with a slash.
 */
export function encodeHeader(header: TarHeader, target: Buffer, at: number): void {
  target.fill(0, at, at + blockBytes);
  const split = header.name.length > fields.name[1] && fitsUstar(header) ? splitName(header.name) : undefined;
  putName(target, at + fields.name[0], split ? split.name : header.name);
  if (split) target.write(split.prefix, at + fields.prefix[0], 'latin1');
  putOctal(target, at + fields.mode[0], 7, header.mode);
  putOctal(target, at + fields.uid[0], 7, header.uid);
  putOctal(target, at + fields.gid[0], 7, header.gid);
  putOctal(target, at + fields.size[0], 11, header.size);
  putOctal(target, at + fields.mtime[0], 11, header.mtimeSec);
  target[at + fields.type] = typeFlags[header.type];
  if (header.link !== '') putName(target, at + fields.link[0], header.link);
  putOctal(target, at + fields.major[0], 7, header.major);
  putOctal(target, at + fields.minor[0], 7, header.minor);
  finishHeader(target, at);
}

/** The extended header that must come before an entry's header, as whole blocks; undefined where none is needed. Errors: TAR_UNWRITABLE. */
export function encodePax(header: TarHeader): Buffer | undefined {
  if (!fitsOctal(header.major, 7) || !fitsOctal(header.minor, 7)) throw unwritable(header, `device number ${header.major}:${header.minor} is too large`);
  if (fitsUstar(header)) return undefined;
  const records = Buffer.concat(
    paxValues(header)
      .sort(([a], [b]) => Buffer.compare(nameToBytes(a), nameToBytes(b)))
      .map(([key, value]) => paxRecord(header, key, value)),
  );
  const total = blockBytes + records.length + paddingOf(records.length);
  const out = Buffer.alloc(total);
  const slash = header.name.lastIndexOf('/') + 1;
  const name = asciiOnly(`${header.name.slice(0, slash)}PaxHeaders.0/${header.name.slice(slash)}`.replace(/^\.\//, '')).slice(0, fields.name[1]);
  out.write(trimmedEnd(name), fields.name[0], 'latin1');
  for (const [start] of [fields.mode, fields.uid, fields.gid]) putOctal(out, start, 7, 0);
  putOctal(out, fields.size[0], 11, records.length);
  putOctal(out, fields.mtime[0], 11, 0);
  out[fields.type] = 0x78;
  finishHeader(out, 0);
  records.copy(out, blockBytes);
  return out;
}

const typeFlags: Readonly<Record<TarType, number>> = { file: 0x30, hardlink: 0x31, symlink: 0x32, char: 0x33, block: 0x34, dir: 0x35, fifo: 0x36 };

function finishHeader(target: Buffer, at: number): void {
  target.write('ustar\u000000', at + fields.magic, 'latin1');
  // The checksum is made with its own field as spaces.
  let sum = 8 * 0x20;
  for (let i = at; i < at + blockBytes; i++) sum += target[i]!;
  putOctal(target, at + fields.checksum[0], 6, sum);
  target[at + fields.checksum[0] + 7] = 0x20;
}

function putName(target: Buffer, at: number, name: string): void {
  const ascii = isAscii(name) ? name : asciiOnly(name);
  if (ascii.length <= fields.name[1]) {
    target.write(ascii, at, 'latin1');
    return;
  }
  // As Go does: buggy readers take a cut name that ends with a slash for a folder.
  target.write(trimmedEnd(ascii.slice(0, fields.name[1])), at, 'latin1');
}

/** Zero-padded; what does not fit is written as 0 and stands in the extended header. */
function putOctal(target: Buffer, at: number, digits: number, value: number): void {
  let rest = fitsOctal(value, digits) ? value : 0;
  for (let i = at + digits - 1; i >= at; i--) {
    if (rest < 0x40000000) {
      target[i] = 0x30 + (rest & 7);
      rest >>>= 3;
    } else {
      target[i] = 0x30 + (rest % 8);
      rest = Math.floor(rest / 8);
    }
  }
}

/** Whether the header block alone can say it all. */
function fitsUstar(header: TarHeader): boolean {
  return (
    (fitsName(header.name) || splitName(header.name) !== undefined) &&
    fitsName(header.link) &&
    fitsOctal(header.uid, 7) &&
    fitsOctal(header.gid, 7) &&
    fitsOctal(header.size, 11) &&
    fitsOctal(header.mtimeSec, 11) &&
    header.mtimeNs === 0 &&
    (header.xattrs === undefined || header.xattrs.size === 0)
  );
}

/** A long name cut at a slash, for the header's two fields. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (name.length <= fields.name[1] || !isAscii(name)) return undefined;
  const limit = fields.prefix[1] + 1;
  const searched = name.length > limit ? limit : name.endsWith('/') ? name.length - 1 : name.length;
  const slash = name.slice(0, searched).lastIndexOf('/');
  const rest = name.slice(slash + 1);
  return slash > 0 && rest !== '' && rest.length <= fields.name[1] ? { prefix: name.slice(0, slash), name: rest } : undefined;
}

function fitsOctal(value: number, digits: number): boolean {
  return value >= 0 && value < 8 ** digits;
}

function fitsName(name: string): boolean {
  return name.length <= fields.name[1] && isAscii(name);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

function asciiOnly(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[^\u0001-\u007f]/g, '');
}

function trimmedEnd(text: string): string {
  return text.replace(/\/+$/, '');
}

function paxValues(header: TarHeader): [string, Buffer][] {
  const values: [string, Buffer][] = [];
  const add = (key: string, value: string): number => values.push([key, nameToBytes(value)]);
  if (!fitsName(header.name)) add('path', header.name);
  if (!fitsName(header.link)) add('linkpath', header.link);
  if (!fitsOctal(header.uid, 7)) add('uid', String(header.uid));
  if (!fitsOctal(header.gid, 7)) add('gid', String(header.gid));
  if (!fitsOctal(header.size, 11)) add('size', String(header.size));
  if (!fitsOctal(header.mtimeSec, 11) || header.mtimeNs !== 0) add('mtime', paxTime(header.mtimeSec, header.mtimeNs));
  for (const [name, value] of header.xattrs ?? []) values.push([`SCHILY.xattr.${name}`, Buffer.from(value)]);
  return values;
}

/** Decimal seconds. Times before 1970 with a fraction count from zero: -1 s + 0.25 s is -0.75. */
function paxTime(sec: number, ns: number): string {
  if (ns === 0) return String(sec);
  const negative = sec < 0;
  const whole = negative ? -(sec + 1) : sec;
  const fraction = String(negative ? 1_000_000_000 - ns : ns)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}.${fraction}`;
}

/** `<length> <key>=<value>\n`, where the length counts itself (POSIX pax, extended header). */
function paxRecord(header: TarHeader, key: string, value: Buffer): Buffer {
  if (key.includes('=') || (!key.startsWith('SCHILY.xattr.') && value.includes(0))) throw unwritable(header, `its ${key} cannot be written`);
  const rest = Buffer.concat([Buffer.from(' '), nameToBytes(key), Buffer.from('='), value, Buffer.from('\n')]);
  let length = rest.length + String(rest.length).length;
  length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function unwritable(header: TarHeader, found: string): TarEncodeError {
  return new TarEncodeError('TAR_UNWRITABLE', `Cannot write ${JSON.stringify(header.name)} into a layer: ${found}`, { family: 'filesystem' });
}
