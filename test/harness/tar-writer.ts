/** A tar as its author wants it, right or wrong: nothing is checked. */
export interface WrittenMember {
  readonly name: string;
  readonly type?: '0' | '1' | '2' | '3' | '5' | '6' | 'x';
  readonly link?: string;
  readonly content?: string | Buffer;
  /** What the header claims, instead of the content's length. */
  readonly size?: number;
  /** Default 0755. */
  readonly mode?: number;
  /** Default 0:0. */
  readonly owner?: readonly [uid: number, gid: number];
  /** Seconds since 1970, the default. */
  readonly mtime?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
}

export function writeTar(members: readonly WrittenMember[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBytes), Buffer.alloc(1024)]);
}

export function memberBytes(member: WrittenMember): Buffer[] {
  const content = typeof member.content === 'string' ? Buffer.from(member.content) : (member.content ?? Buffer.alloc(0));
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100);
  header.write(octal(member.mode ?? 0o755, 7), 100);
  header.write(octal(member.owner?.[0] ?? 0, 7), 108);
  header.write(octal(member.owner?.[1] ?? 0, 7), 116);
  header.write(octal(member.size ?? content.length, 11), 124);
  header.write(octal(member.mtime ?? 0, 11), 136);
  header.write('        ', 148);
  header.write(member.type ?? '0', 156);
  header.write(member.link ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  if (member.type === '3') header.write('0000001\x000000003\0', 329);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [...xattrMembers(member), header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}

function xattrMembers({ xattrs }: WrittenMember): Buffer[] {
  const records = Object.entries(xattrs ?? {}).map(([name, value]) => paxRecord(`SCHILY.xattr.${name}`, value));
  return records.length === 0 ? [] : memberBytes({ name: 'pax', type: 'x', content: Buffer.concat(records) });
}

/** The length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, 'latin1');
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}
