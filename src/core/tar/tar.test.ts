import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync, linkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf } from '../oci/index.ts';
import { encodeHeader, encodePax, endOfTarBytes, TarEncodeError } from './encode.ts';
import { nameFromBytes, nameToBytes } from './name.ts';
import { paddingOf, type TarHeader, type TarType } from './header.ts';
import { TarDecoder } from './decode.ts';
import { TarError } from './error.ts';

const dir = mkdtempSync(join(tmpdir(), 'ossb-tar-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});

interface Read {
  header: TarHeader;
  offset: number | undefined;
  content: Buffer;
}

function readTar(bytes: Buffer, pieceBytes = bytes.length || 1): Read[] {
  const out: Read[] = [];
  let pieces: Buffer[] = [];
  const decoder = new TarDecoder({
    entry: (header, offset) => void out.push({ header, offset, content: Buffer.alloc(0) }),
    data: (piece) => void pieces.push(Buffer.from(piece)),
    end: () => {
      out.at(-1)!.content = Buffer.concat(pieces);
      pieces = [];
    },
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) decoder.write(bytes.subarray(at, at + pieceBytes));
  decoder.finish();
  return out;
}

function header(values: Partial<TarHeader>): TarHeader {
  return { name: 'x', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0, link: '', major: 0, minor: 0, ...values };
}

function encodeOne(entry: TarHeader, content: Uint8Array = Buffer.alloc(0)): Buffer {
  const block = Buffer.alloc(512, 7);
  encodeHeader(entry, block, 0);
  return Buffer.concat([encodePax(entry) ?? Buffer.alloc(0), block, content, Buffer.alloc(paddingOf(content.length))]);
}

const endOfTar = Buffer.alloc(endOfTarBytes);
const withCode = (code: string) => (error: unknown) => error instanceof TarError && error.code === code;

test('an empty archive is 1024 zero bytes, the well-known empty layer', () => {
  assert.equal(digestOf(endOfTar), 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef');
  assert.deepEqual(readTar(endOfTar), []);
  assert.deepEqual(readTar(Buffer.alloc(0)), []);
});

const name = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }),
    fc.string({ minLength: 1, maxLength: 120 }),
    fc.uint8Array({ minLength: 1, maxLength: 250 }).map((b) => nameFromBytes(Buffer.from(b))),
  )
  .map((text) => text.replaceAll('\0', '0'));
const anyHeader = fc.record({
  name,
  type: fc.constantFrom<TarType>('file', 'dir', 'symlink', 'hardlink', 'char', 'block', 'fifo'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 0xffff_ffff })),
  gid: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 0xffff_ffff })),
  mtimeSec: fc.oneof(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  mtimeNs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
  link: name,
  xattrs: fc.array(fc.tuple(fc.stringMatching(/^user\.[a-z.]{1,20}$/), fc.uint8Array({ maxLength: 100 })), { maxLength: 3 }),
  content: fc.uint8Array({ maxLength: 2000 }),
  major: fc.integer({ min: 0, max: 8 ** 7 - 1 }),
  minor: fc.integer({ min: 0, max: 8 ** 7 - 1 }),
});

test('what encodeHeader and encodePax write, TarDecoder reads back, whatever the size of the pieces', () => {
  fc.assert(
    fc.property(fc.array(anyHeader, { maxLength: 4 }), fc.integer({ min: 1, max: 3000 }), (entries, pieceBytes) => {
      const headers = entries.map(({ content, xattrs, ...rest }): TarHeader => {
        const device = rest.type === 'char' || rest.type === 'block';
        return {
          ...rest,
          name: rest.type === 'dir' ? `${rest.name}/` : rest.name.replace(/\/+$/, '_'),
          size: rest.type === 'file' ? content.length : 0,
          link: rest.type === 'symlink' || rest.type === 'hardlink' ? rest.link : '',
          major: device ? rest.major : 0,
          minor: device ? rest.minor : 0,
          ...(xattrs.length > 0 ? { xattrs: new Map(xattrs.map(([key, value]) => [key, Buffer.from(value)])) } : {}),
        };
      });
      const bytes = Buffer.concat([...headers.map((entry, i) => encodeOne(entry, entry.type === 'file' ? entries[i]!.content : undefined)), endOfTar]);
      const read = readTar(bytes, pieceBytes);
      assert.deepEqual(
        read.map((entry) => entry.header),
        headers,
      );
      for (const [i, entry] of read.entries()) {
        const content = entry.header.type === 'file' ? Buffer.from(entries[i]!.content) : Buffer.alloc(0);
        assert.ok(entry.content.equals(content));
        assert.ok(bytes.subarray(entry.offset, entry.offset! + content.length).equals(content));
      }
    }),
    { numRuns: 300 },
  );
});

test('nameFromBytes and nameToBytes keep every byte', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => nameToBytes(nameFromBytes(Buffer.from(bytes))).equals(Buffer.from(bytes))));
});

test('GNU tar reads what is written: long and non-ASCII names, links, large ids and sizes over 8 GiB', () => {
  const long = `${'d'.repeat(120)}/${'é'.repeat(60)}`;
  const entries = [
    encodeOne(header({ name: `${'d'.repeat(120)}/`, type: 'dir', mode: 0o1777 })),
    encodeOne(header({ name: long, size: 3, uid: 3_000_000, mtimeSec: 1_700_000_000, mtimeNs: 250_000_000 }), Buffer.from('abc')),
    encodeOne(header({ name: 'link', type: 'symlink', link: `/${long}` })),
    encodeOne(header({ name: 'hard', type: 'hardlink', link: long })),
    encodeOne(header({ name: 'dev', type: 'char', major: 1, minor: 3 })),
    encodeOne(header({ name: 'large', size: 9 * 2 ** 30 })),
  ];
  const file = join(dir, 'ours.tar');
  writeFileSync(file, Buffer.concat(entries));
  // The content of the large file is a hole, so that the archive is whole.
  truncateSync(file, Buffer.concat(entries).length + 9 * 2 ** 30 + endOfTarBytes);
  const listing = execFileSync('tar', ['--numeric-owner', '--full-time', '--quoting-style=literal', '--utc', '-tvf', file], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  }).toString();
  const lines = listing
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  assert.deepEqual(lines, [
    `drwxrwxrwt 0/0 0 1970-01-01 00:00:00 ${'d'.repeat(120)}/`,
    `-rw-r--r-- 3000000/0 3 2023-11-14 22:13:20.25 ${long}`,
    `lrw-r--r-- 0/0 0 1970-01-01 00:00:00 link -> /${long}`,
    `hrw-r--r-- 0/0 0 1970-01-01 00:00:00 hard link to ${long}`,
    'crw-r--r-- 0/0 1,3 1970-01-01 00:00:00 dev',
    `-rw-r--r-- 0/0 ${9 * 2 ** 30} 1970-01-01 00:00:00 large`,
  ]);
});

test('headers are byte for byte those of Go archive/tar in its PAX format', () => {
  const long = 'p/'.repeat(70);
  const headers: Partial<TarHeader>[] = [
    { name: 'a/b' },
    { name: 'dir/', type: 'dir', mode: 0o1777 },
    { name: `${'d'.repeat(99)}/`, type: 'dir' },
    { name: `${'d'.repeat(100)}/`, type: 'dir' },
    { name: `${'x'.repeat(150)}/y` },
    { name: 'größe/ü' },
    { name: 's', type: 'symlink', link: 't'.repeat(120), mode: 0o777 },
    { name: 's2', type: 'symlink', link: 'tä' },
    { name: 'h', type: 'hardlink', link: 'a/b' },
    { name: 'c', type: 'char', major: 1, minor: 3 },
    { name: 'f', type: 'fifo' },
    { name: 'uid', uid: 3_000_000, gid: 4_000_000 },
    { name: 'big', size: 9 * 2 ** 30 },
    { name: 'neg', mtimeSec: -5 },
    { name: 'negns', mtimeSec: -5, mtimeNs: 250_000_000 },
    { name: 'ns', mtimeNs: 123_456_000 },
    {
      name: 'cap',
      xattrs: new Map([
        ['security.capability', Buffer.from('0100000200040000', 'hex')],
        ['user.a', Buffer.from('b')],
      ]),
    },
    { name: `${long}x` },
    { name: long, type: 'dir' },
    { name: `${long}${long}x` },
    { name: `${'q'.repeat(160)}/x` },
    { name: `q/${'x'.repeat(100)}/`, type: 'dir' },
    { name: `q/${'x'.repeat(101)}` },
    { name: `${long}x`, mtimeNs: 5 },
    { name: `${long}é/`, type: 'dir' },
    { name: './', type: 'dir', mtimeNs: 3 },
    { name: `${long}x`, type: 'hardlink', link: `${long}y` },
  ];
  // Of the output of a Go program that writes these headers.
  assert.equal(
    digestOf(Buffer.concat(headers.map((values) => encodeOne(header({ mtimeSec: 1_700_000_000, ...values }))))),
    'sha256:0cafbdd11bfbc3fa003ff43a061feea528d8c8683bf0363d41fd24d0b0c14437',
  );
});

test('a header over 8 GiB and with large ids is read back without its content', () => {
  const entry = header({ name: 'large', size: 2 ** 40, uid: 0xffff_fffe });
  const seen: TarHeader[] = [];
  new TarDecoder({ entry: (found) => void seen.push(found), data: () => {}, end: () => {} }).write(encodeOne(entry));
  assert.deepEqual(seen, [entry]);
});

for (const format of ['v7', 'ustar', 'oldgnu', 'gnu', 'pax']) {
  test(`TarDecoder reads what GNU tar writes in format ${format}`, () => {
    const tree = join(dir, `tree-${format}`);
    const deep = format === 'v7' ? 'sub' : `${'sub'.repeat(20)}/${'e'.repeat(50)}`;
    mkdirSync(join(tree, deep), { recursive: true });
    writeFileSync(join(tree, deep, 'file'), 'content');
    writeFileSync(join(tree, 'größe'), Buffer.alloc(1000, 1));
    linkSync(join(tree, 'größe'), join(tree, 'zlink'));
    symlinkSync('/else where', join(tree, 'symlink'));
    const longName = 'n'.repeat(200);
    if (format !== 'v7' && format !== 'ustar') writeFileSync(join(tree, longName), 'long');
    const file = join(dir, `${format}.tar`);
    execFileSync('tar', [`--format=${format}`, '--sort=name', '--owner=0:0', '--group=0:0', '-cf', file, '-C', tree, '.']);
    const bytes = execFileSync('cat', [file]);
    const read = new Map(readTar(bytes, 700).map((entry) => [entry.header.name, entry]));
    assert.equal(read.get(`./${deep}/file`)?.content.toString(), 'content');
    assert.equal(read.get('./größe')?.header.size, 1000);
    assert.deepEqual([read.get('./zlink')?.header.type, read.get('./zlink')?.header.link], ['hardlink', './größe']);
    assert.deepEqual([read.get('./symlink')?.header.type, read.get('./symlink')?.header.link], ['symlink', '/else where']);
    assert.equal(read.get('./')?.header.type, 'dir');
    if (format !== 'v7' && format !== 'ustar') assert.equal(read.get(`./${longName}`)?.content.toString(), 'long');
  });
}

for (const options of [
  ['--format=gnu'],
  ['--format=pax', '--sparse-version=0.0'],
  ['--format=pax', '--sparse-version=0.1'],
  ['--format=pax', '--sparse-version=1.0'],
]) {
  test(`TarDecoder expands sparse files: ${options.join(' ')}`, () => {
    const tree = join(dir, `sparse-${options.join('')}`);
    mkdirSync(tree);
    // Many parts, so that the old format needs extension blocks.
    const parts = Array.from({ length: 40 }, (_, i) => ({ at: (i + 1) * 65_536, text: `part ${i}` }));
    const expected = Buffer.alloc(42 * 65_536);
    for (const part of parts) expected.write(part.text, part.at);
    writeFileSync(join(tree, 'a'), expected);
    execFileSync('cp', ['--sparse=always', join(tree, 'a'), join(tree, 'b')]);
    rmSync(join(tree, 'a'));
    writeFileSync(join(tree, 'c'), 'after');
    const bytes = execFileSync('tar', ['-S', ...options, '--hole-detection=raw', '-cf', '-', '-C', tree, 'b', 'c'], { maxBuffer: 1 << 30 });
    assert.ok(bytes.length < expected.length);
    for (const pieceBytes of [333, bytes.length]) {
      const [b, c] = readTar(bytes, pieceBytes);
      assert.equal(b!.header.name, 'b');
      assert.equal(b!.header.size, expected.length);
      assert.equal(b!.offset, undefined);
      assert.ok(b!.content.equals(expected));
      assert.equal(c!.content.toString(), 'after');
    }
  });
}

test('global headers are passed over and base-256 numbers read', () => {
  const globalHeader = encodePax(header({ name: 'x', mtimeNs: 1 }))!;
  globalHeader[156] = 0x67;
  fixChecksum(globalHeader);
  const entry = encodeOne(header({ name: 'file' }));
  entry.set([0x80, 0, 0, 0, 0, 0x2d, 0xc6, 0xc0], 108);
  entry.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 136);
  fixChecksum(entry);
  const [read] = readTar(Buffer.concat([globalHeader, entry, endOfTar]));
  assert.deepEqual([read!.header.uid, read!.header.mtimeSec, read!.header.mtimeNs], [3_000_000, -2, 0]);
});

test('hostile archives are refused with a code', () => {
  const good = encodeOne(header({ name: 'file', size: 5 }), Buffer.from('hello'));
  const changed = (change: (block: Buffer) => void): Buffer => {
    const copy = Buffer.from(good);
    change(copy);
    fixChecksum(copy);
    return copy;
  };
  const pax = (record: string): Buffer => {
    const blocks = Buffer.alloc(1024);
    encodeHeader(header({ name: 'p', size: record.length }), blocks, 0);
    blocks[156] = 0x78;
    blocks.write(record, 512, 'latin1');
    fixChecksum(blocks);
    return Buffer.concat([blocks, good, endOfTar]);
  };
  const cases: [string, Buffer, string][] = [
    ['text', Buffer.from('x'.repeat(600)), 'TAR_INVALID'],
    ['negative size', changed((b) => b.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 124)), 'TAR_INVALID'],
    ['absurd size', changed((b) => b.set([0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 124)), 'TAR_INVALID'],
    ['letters in a number', changed((b) => b.write('zzz', 124)), 'TAR_INVALID'],
    ['unknown type', changed((b) => b.write('Q', 156)), 'TAR_INVALID'],

    ['link without target', changed((b) => b.write('2', 156)), 'TAR_INVALID'],
    ['cut content', good.subarray(0, 514), 'TAR_TRUNCATED'],
    ['cut header', good.subarray(0, 100), 'TAR_TRUNCATED'],
    ['entry after the end', Buffer.concat([Buffer.alloc(512), good]), 'TAR_INVALID'],
    ['pax size', pax('30 size=9999999999999999999999\n'), 'TAR_INVALID'],
    ['pax negative size', pax('11 size=-1\n'), 'TAR_INVALID'],
    ['pax NUL in path', pax('12 path=a\0b\n'), 'TAR_INVALID'],
    ['pax length too long', pax('99 path=a\n'), 'TAR_INVALID'],
    ['pax length zero', pax('0 path=a\n'), 'TAR_INVALID'],
    ['pax without key', pax('6 =ab\n'), 'TAR_INVALID'],
    ['pax uid', pax('18 uid=4294967296\n'), 'TAR_INVALID'],
    ['pax header alone', pax('').subarray(0, 512), 'TAR_TRUNCATED'],
    ['sparse overlap', pax('22 GNU.sparse.size=10\n35 GNU.sparse.map=0,4,2,1\n'.replace('35', '28')), 'TAR_INVALID'],
    ['sparse outside', pax('21 GNU.sparse.size=3\n24 GNU.sparse.map=0,5\n'), 'TAR_INVALID'],
  ];
  for (const [what, bytes, code] of cases) assert.throws(() => readTar(bytes), withCode(code), what);
  const huge = encodeOne(header({ name: 'p', size: 2 << 20 }));
  huge[156] = 0x78;
  fixChecksum(huge);
  assert.throws(() => readTar(huge), withCode('TAR_LIMIT'));
  assert.throws(() => encodePax(header({ type: 'char', major: 8 ** 7 })), TarEncodeError);
});

test('random changes to an archive give entries or a TarError, never anything else', () => {
  const base = Buffer.concat([encodeOne(header({ name: 'é'.repeat(80), mtimeNs: 5 })), encodeOne(header({ size: 700 }), Buffer.alloc(700, 65)), endOfTar]);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 5 }), fc.boolean(), (changes, repair) => {
      const bytes = Buffer.from(base);
      for (const [at, value] of changes) bytes[at] = value;
      if (repair) fixChecksum(bytes);
      try {
        readTar(bytes, 600);
      } catch (error) {
        assert.ok(error instanceof TarError);
      }
    }),
    { numRuns: 2000 },
  );
});

function fixChecksum(block: Buffer): void {
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += block[i]!;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
