/** A tar as its author wants it, right or wrong: nothing is checked. */
export interface WrittenMember {
  readonly name: string;
  readonly type?: '0' | '1' | '2' | '3' | '5';
  readonly link?: string;
  readonly content?: string | Buffer;
  /** What the header claims, instead of the content's length. */
  readonly size?: number;
}

export function writeTar(members: readonly WrittenMember[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBytes), Buffer.alloc(1024)]);
}

export function memberBytes(member: WrittenMember): Buffer[] {
  const content = typeof member.content === 'string' ? Buffer.from(member.content) : (member.content ?? Buffer.alloc(0));
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100);
  header.write('0000755\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(member.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(member.type ?? '0', 156);
  header.write(member.link ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  if (member.type === '3') header.write('0000001\x000000003\0', 329);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
