/** One member of a tar, as this reader of the tests understands it; written apart from the engine's codec, so that each checks the other. */
export interface TarMember {
  readonly path: string;
  readonly type: 'file' | 'hard' | 'link' | 'char' | 'block' | 'dir' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Whole seconds. */
  readonly mtime: number;
  readonly link: string;
  readonly device: string;
  readonly xattrs: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

const types: Readonly<Record<string, TarMember['type']>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'hard',
  '2': 'link',
  '3': 'char',
  '4': 'block',
  '5': 'dir',
  '6': 'fifo',
};

/** Reads all members of an uncompressed tar: ustar, PAX with SCHILY.xattr, and GNU long names. */
export function readTar(bytes: Buffer): TarMember[] {
  const members: TarMember[] = [];
  let pax: Record<string, string> = {};
  let longName: string | undefined;
  let longLink: string | undefined;
  for (let at = 0; at + 512 <= bytes.length;) {
    const header = bytes.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header);
    const flag = String.fromCharCode(header[156]!);
    const size = pax['size'] === undefined ? number(header, 124, 12) : Number(pax['size']);
    const carries = flag === '0' || flag === '\0' || flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K';
    const content = bytes.subarray(at + 512, at + 512 + (carries ? size : 0));
    at += 512 + (carries ? Math.ceil(size / 512) * 512 : 0);
    if (flag === 'x') pax = paxRecords(content);
    else if (flag === 'L') longName = text(content, 0, content.length);
    else if (flag === 'K') longLink = text(content, 0, content.length);
    else if (flag !== 'g') {
      members.push(memberOf(header, flag, pax, content, longName, longLink));
      pax = {};
      longName = longLink = undefined;
    }
  }
  return members;
}

function memberOf(
  header: Buffer,
  flag: string,
  pax: Record<string, string>,
  content: Buffer,
  longName: string | undefined,
  longLink: string | undefined,
): TarMember {
  const type = types[flag];
  if (type === undefined) throw new Error(`tar: member of unknown type ${JSON.stringify(flag)}`);
  const prefix = header.toString('latin1', 257, 262) === 'ustar' && header[262] === 0 ? text(header, 345, 155) : '';
  const name = pax['path'] ?? longName ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
  const xattrs = Object.entries(pax).filter(([key]) => key.startsWith('SCHILY.xattr.'));
  return {
    path: name.replace(/^\.?\/+/, '').replace(/\/+$/, ''),
    type,
    mode: number(header, 100, 8),
    uid: Number(pax['uid'] ?? number(header, 108, 8)),
    gid: Number(pax['gid'] ?? number(header, 116, 8)),
    size: type === 'file' ? content.length : 0,
    mtime: Math.floor(Number(pax['mtime'] ?? number(header, 136, 12))),
    link: type === 'hard' || type === 'link' ? (pax['linkpath'] ?? longLink ?? text(header, 157, 100)) : '',
    device: type === 'char' || type === 'block' ? `${number(header, 329, 8)}:${number(header, 337, 8)}` : '',
    xattrs: Object.fromEntries(xattrs.map(([key, value]) => [key.slice('SCHILY.xattr.'.length), Buffer.from(value, 'latin1').toString('hex')])),
    content,
  };
}

/** Names are UTF-8, xattr values are bytes (kept as latin1). */
function paxRecords(content: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space));
    const equals = content.indexOf(0x3d, space);
    const key = content.toString('utf8', space + 1, equals);
    records[key] = content.toString(key.startsWith('SCHILY.') ? 'latin1' : 'utf8', equals + 1, at + length - 1);
    at += length;
  }
  return records;
}

function number(header: Buffer, at: number, length: number): number {
  if ((header[at]! & 0x80) !== 0) return Number(BigInt(`0x${header.toString('hex', at + 1, at + length)}`));
  return parseInt(
    header
      .toString('latin1', at, at + length)
      .replace(/[\0 ]+$/, '')
      .trim() || '0',
    8,
  );
}

function text(header: Buffer, at: number, length: number): string {
  const end = header.subarray(at, at + length).indexOf(0);
  return header.toString('utf8', at, end === -1 ? at + length : at + end);
}

function checkSum(header: Buffer): void {
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  if (sum !== number(header, 148, 8)) throw new Error('tar: header with a wrong checksum');
}
