import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { blockBytes, encodeHeader, encodePax, endOfTarBytes, paddingOf, type TarHeader } from '../../core/tar/index.ts';
import type { PlanEntry } from '../../core/tree/index.ts';
import { readArchive } from './archive.ts';
import { openTarContext } from './context-tar.ts';
import { planCopy } from './copy.ts';
import { copyOp, linesOf, pathsSource, testPorts, treeOf } from './testing.ts';

function options(t: TestContext): { stagingFolder: () => string; searchPath: string | undefined } {
  const root = mkdtempSync(join(tmpdir(), 'ossb-archive-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return { stagingFolder: () => mkdtempSync(join(root, 'stage-')), searchPath: process.env.PATH };
}

async function* pieces(data: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

interface Member extends Partial<Omit<TarHeader, 'size'>> {
  readonly name: string;
  readonly content?: string;
}

/** A tar of these members. */
function tarOf(...members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  for (const { content = '', ...member } of members) {
    const data = Buffer.from(content);
    const header: TarHeader = {
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtimeSec: 1,
      mtimeNs: 0,
      link: '',
      major: 0,
      minor: 0,
      ...member,
      size: data.length,
    };
    const block = Buffer.alloc(blockBytes);
    encodeHeader(header, block, 0);
    parts.push(encodePax(header) ?? Buffer.alloc(0), block, data, Buffer.alloc(paddingOf(data.length)));
  }
  return Buffer.concat([...parts, Buffer.alloc(endOfTarBytes)]);
}

/** CAP_NET_BIND_SERVICE, permitted and effective. */
const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');

const sample = tarOf(
  { name: 's/', type: 'dir', mode: 0o755 },
  { name: 's/d/', type: 'dir', mode: 0o750, uid: 12, gid: 13 },
  { name: 's/d/f', content: 'F', uid: 14, gid: 15 },
  {
    name: 's/d/cap',
    content: 'C',
    mode: 0o755,
    xattrs: new Map([
      ['security.capability', Buffer.from(capability)],
      ['user.foo', Buffer.from('bar')],
    ]),
  },
  { name: 's/h', type: 'hardlink', link: 's/d/f' },
  { name: 's/ln', type: 'symlink', mode: 0o777, link: 'd', uid: 3, gid: 4 },
  { name: 's/dev', type: 'char', mode: 0o600, major: 1, minor: 3 },
  { name: '/abs/x', content: 'abs', uid: 9 },
);

async function add(...args: Parameters<typeof planned>): Promise<string[]> {
  return linesOf(await planned(...args));
}

async function planned(t: TestContext, archive: Buffer, destination = '/', base: string[] = [], more: Parameters<typeof copyOp>[2] = {}): Promise<PlanEntry[]> {
  const tree = treeOf('st.tar=x');
  const openArchive = (): Promise<PlanEntry[] | undefined> => readArchive(pieces(archive), 'st.tar', options(t));
  const op = copyOp([pathsSource('/st.tar', { unpack: 'auto' })], destination, more);
  return planCopy(op, [undefined, tree], treeOf(...base), { ...testPorts, openArchive });
}

test('ADD of an archive: owners of the archive, folders merge, all else replaces, links share the last owner', async (t) => {
  assert.deepEqual(await add(t, sample, '/', ['real/', 's/', 's/d -> /real', 's/ln/', 's/ln/below=x']), [
    'dir 755 0:0 abs',
    'file 644 9:0 abs/x=abs',
    'dir 755 0:0 s',
    'dir 750 12:13 s/d',
    'file 755 0:0 s/d/cap=C',
    'file 644 0:0 s/d/f=F',
    'char 600 0:0 s/dev',
    'hardlink 644 0:0 s/h => s/d/f',
    'symlink 777 3:4 s/ln -> d',
  ]);
});

test('ADD of an archive: --chown concerns all but folders that are made on the way, --chmod nothing', async (t) => {
  const lines = await add(t, sample, '/c', [], { chown: '8:9', chmod: '600' });
  assert.deepEqual(lines.slice(0, 5), ['dir 755 8:9 c', 'dir 755 0:0 c/abs', 'file 644 8:9 c/abs/x=abs', 'dir 755 8:9 c/s', 'dir 750 8:9 c/s/d']);
});

test('ADD of an archive: a file where a folder was and back leaves nothing of the folder', async (t) => {
  const archive = tarOf({ name: 'x', content: '1' }, { name: 'x/', type: 'dir', mode: 0o755 }, { name: 'x/new', content: '2' });
  assert.deepEqual(await add(t, archive, '/', ['x/', 'x/old=o']), ['opaque dir 755 0:0 x', 'file 644 0:0 x/new=2']);
});

test('ADD of an archive: its folder is the root of its symlinks', async (t) => {
  const absolute = tarOf({ name: 'l', type: 'symlink', link: '/etc' }, { name: 'l/q/x', content: 'x' });
  assert.deepEqual(await add(t, absolute, '/t', ['etc/']), [
    'dir 755 0:0 t',
    'dir 755 0:0 t/etc',
    'dir 755 0:0 t/etc/q',
    'file 644 0:0 t/etc/q/x=x',
    'symlink 777 0:0 t/l -> /etc',
  ]);
  const there = tarOf({ name: 'l/x', content: 'x' });
  assert.deepEqual(await add(t, there, '/t', ['t/', 't/l -> /etc', 'etc/']), ['dir 755 0:0 t', 'dir 755 0:0 t/etc', 'file 644 0:0 t/etc/x=x']);
  const replaced = tarOf({ name: 'l', type: 'symlink', link: '..' }, { name: 'l/', type: 'dir', mode: 0o755 }, { name: 'l/x', content: 'x' });
  assert.deepEqual(await add(t, replaced, '/t', ['t/']), ['dir 755 0:0 t', 'dir 755 0:0 t/l', 'file 644 0:0 t/l/x=x']);
});

test('ADD of an archive: symlinks that lead above its folder are refused, by whichever way', async (t) => {
  const up = { name: 'up', type: 'symlink', link: '..' } as const;
  const ways: [Member[], string[]][] = [
    [[up, { name: 'up/etc/x' }], []],
    [[{ name: 'd/', type: 'dir' }, { ...up, name: 'd/up', link: '../..' }, { name: 'v', type: 'symlink', link: 'd/up' }, { name: 'v/x' }], []],
    [
      [up, { name: 'h', type: 'hardlink', link: 'up/etc/passwd' }],
      ['etc/', 'etc/passwd=p'],
    ],
    [[{ name: 'up/x' }], ['t/', 't/up -> ../etc', 'etc/']],
    [[{ name: 'l', type: 'symlink', link: '/../etc' }, { name: 'l/x' }], []],
  ];
  for (const [members, base] of ways) await assert.rejects(add(t, tarOf(...members), '/t', base), { code: 'ARCHIVE_INVALID' }, JSON.stringify(members));
});

test('ADD of an archive: a hard link gives its file the attributes of its header', async (t) => {
  const file = { name: 'a', content: 'A', mode: 0o4755, uid: 1, gid: 2, xattrs: new Map([['security.capability', capability]]) };
  const link = { name: 'h', type: 'hardlink', link: 'a', mode: 0o640, uid: 3, gid: 4, mtimeSec: 77 } as const;
  assert.deepEqual(await add(t, tarOf(file, link)), ['file 640 3:4 a=A', 'hardlink 640 3:4 h => a']);
  const [first] = await planned(t, tarOf(file, link));
  assert.deepEqual([first!.mtimeSec, first!.xattrs], [77, {}]);
  assert.deepEqual(await add(t, tarOf(file, link), '/', [], { chown: '8:9' }), ['file 640 8:9 a=A', 'hardlink 640 8:9 h => a']);
});

test('ADD of an archive: hard links to symlinks, to files from below, to themselves', async (t) => {
  const symlink = { name: 's', type: 'symlink', link: 'x', mode: 0o600 } as const;
  assert.deepEqual(await add(t, tarOf(symlink, { name: 'h', type: 'hardlink', link: 's', mode: 0o600, uid: 3 })), [
    'symlink 777 3:0 h -> x',
    'hardlink 777 3:0 s => h',
  ]);
  assert.deepEqual(await add(t, tarOf({ name: 'h', type: 'hardlink', link: 'old', mode: 0o600, uid: 3 }), '/t', ['t/', 't/old=o 7:8']), [
    'dir 755 0:0 t',
    'file 600 3:0 t/h=o',
    'hardlink 600 3:0 t/old => t/h',
  ]);
  const itself = tarOf({ name: 'a', content: 'A' }, { name: 'a', type: 'hardlink', link: 'a' });
  await assert.rejects(add(t, itself), { code: 'ARCHIVE_INVALID' });
});

test('ADD of an archive: entries without a name are the folder itself, and passed over', async (t) => {
  const archive = tarOf(
    { name: '', type: 'dir', mode: 0o700 },
    { name: './', type: 'dir', mode: 0o700, uid: 5 },
    { name: '', content: 'x' },
    { name: 'a', content: 'A' },
  );
  assert.deepEqual(await add(t, archive, '/t'), ['dir 755 0:0 t', 'file 644 0:0 t/a=A']);
});

test('ADD of an archive: what overlayfs or Linux would not take is refused', async (t) => {
  await assert.rejects(add(t, tarOf({ name: 'n', type: 'char' })), { code: 'ARCHIVE_INVALID' });
  await assert.rejects(add(t, tarOf({ name: 'a', xattrs: new Map([['security.capability', Buffer.from('junk')]]) })), { code: 'ARCHIVE_INVALID' });
  await assert.rejects(add(t, tarOf({ name: 'a', xattrs: new Map([['user.x', Buffer.alloc(70_000)]]) })), { code: 'ARCHIVE_INVALID' });
});

test('ADD of an archive: names that lead out of it are refused', async (t) => {
  for (const member of [{ name: 's/../../evil' }, { name: '../evil' }, { name: 'h', type: 'hardlink', link: '../../etc/shadow' }] as const) {
    await assert.rejects(add(t, tarOf(member)), { code: 'ARCHIVE_INVALID' });
  }
});

for (const [name, program] of [
  ['gzip', 'gzip'],
  ['bzip2', 'bzip2'],
  ['xz', 'xz'],
  ['zstd', 'zstd'],
] as const) {
  test(`readArchive: ${name}`, async (t) => {
    const compressed = spawnSync(program, ['-c'], { input: sample });
    if (compressed.error !== undefined) return t.skip(`${program} is not installed`);
    const entries = await readArchive(pieces(compressed.stdout, 77), 'x', options(t));
    assert.deepEqual(
      entries?.map((entry) => entry.path),
      ['s/', 's/d/', 's/d/f', 's/d/cap', 's/h', 's/ln', 's/dev', '/abs/x'],
    );
    return undefined;
  });
}

test('readArchive: GNU tar with a large file', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ossb-tar-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'in'));
  writeFileSync(join(root, 'in', 'large'), Buffer.alloc(3_000_000, 'xyz'));
  const tar = spawnSync('tar', ['-cz', '-C', root, 'in'], { maxBuffer: 1 << 26 });
  const entries = await readArchive(pieces(tar.stdout, 65_536), 'x', options(t));
  const large = entries?.find((entry) => entry.path === 'in/large');
  assert.ok(large?.content?.kind === 'file');
  assert.deepEqual(readFileSync(large.content.path), readFileSync(join(root, 'in', 'large')));
});

test('readArchive: what is no archive', async (t) => {
  const gzipped = spawnSync('gzip', ['-c'], { input: 'no tar' }).stdout;
  for (const data of [
    Buffer.alloc(0),
    Buffer.from('text'),
    Buffer.alloc(1024),
    Buffer.alloc(5000, 'text'),
    gzipped,
    Buffer.from([0x1f, 0x8b, 1, 2, 3]),
    Buffer.from('BZh9 no'),
    Buffer.from('BZhello'),
  ]) {
    assert.equal(await readArchive(pieces(data), 'x', options(t)), undefined);
  }
});

test('readArchive: archives that end early', async (t) => {
  const large = tarOf({ name: 'large', content: 'L'.repeat(5000) });
  for (const end of [600, 1600, 5000]) await assert.rejects(readArchive(pieces(large.subarray(0, end)), 'x', options(t)), { code: 'ARCHIVE_INVALID' });
  assert.equal((await readArchive(pieces(large.subarray(0, 512 + 5000)), 'x', options(t)))?.length, 1);
  await assert.rejects(readArchive(pieces(sample.subarray(0, 1300)), 'x', options(t)), { code: 'ARCHIVE_INVALID' });
  const gzipped = spawnSync('gzip', ['-c'], { input: Buffer.concat([sample.subarray(0, 2048), Buffer.alloc(200_000, 1)]) }).stdout;
  await assert.rejects(readArchive(pieces(gzipped), 'x', options(t)), { code: 'ARCHIVE_INVALID' });
});

test('readArchive: damaged compressed archives fail, however small; what may follow one does no harm', async (t) => {
  const gzipped = spawnSync('gzip', ['-c'], { input: sample }).stdout;
  const badSum = Buffer.from(gzipped);
  badSum[badSum.length - 6]! ^= 1;
  for (const damaged of [badSum, gzipped.subarray(0, -4), Buffer.concat([gzipped, Buffer.from('garbage')])]) {
    await assert.rejects(readArchive(pieces(damaged), 'x', options(t)), { code: 'ARCHIVE_INVALID' });
  }
  const halves = [sample.subarray(0, 700), sample.subarray(700)].map((half) => spawnSync('gzip', ['-c'], { input: half }).stdout);
  const skippable = Buffer.from('502a4d1804000000deadbeef', 'hex');
  for (const good of [
    Buffer.concat([gzipped, Buffer.alloc(2000)]),
    Buffer.concat(halves),
    Buffer.concat([skippable, zstdCompressSync(sample)]),
    Buffer.concat([sample, Buffer.from('garbage')]),
  ]) {
    assert.equal((await readArchive(pieces(good), 'x', options(t)))?.length, 8);
  }
});

/** An old GNU sparse file of one stored byte at its start, or of none. */
function sparseTar(realSize: number, content: 'S' | '' = 'S'): Buffer {
  const archive = tarOf({ name: 'sparse', content });
  archive[156] = 0x53;
  archive.fill(0, 345, 512);
  const number = (value: number, at: number): void => {
    archive.fill(0, at, at + 12);
    archive[at] = 0x80;
    archive.writeBigUInt64BE(BigInt(value), at + 4);
  };
  number(0, 386);
  number(content.length, 398);
  number(realSize, 483);
  archive.fill(0x20, 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

test('readArchive: a small archive of 100 TB is refused before anything is written', async (t) => {
  await assert.rejects(readArchive(pieces(sparseTar(1e14)), 'x', options(t)), { code: 'ARCHIVE_TOO_LARGE' });
  const [entry] = (await readArchive(pieces(sparseTar(9_000_000)), 'x', options(t))) ?? [];
  assert.equal(entry?.size, 9_000_000);
  assert.ok(entry?.content?.kind === 'file');
  const content = readFileSync(entry.content.path);
  assert.deepEqual([content.length, content[0], content.subarray(1).every((byte) => byte === 0)], [9_000_000, 0x53, true]);
});

test('readArchive: damage behind the header of a sparse file without end is found at once', { timeout: 10_000 }, async (t) => {
  const header = sparseTar(Number.MAX_SAFE_INTEGER, '').subarray(0, blockBytes);
  const gzipHeader = gzipSync('').subarray(0, 10);
  // A block of a type that deflate does not have follows.
  const damaged = Buffer.concat([gzipHeader, deflateRawSync(header, { finishFlush: constants.Z_SYNC_FLUSH }), Buffer.alloc(20, 0xff)]);
  await assert.rejects(readArchive(pieces(damaged, damaged.length), 'x', options(t)), { code: 'ARCHIVE_INVALID' });
});

test('readArchive: an abort is seen within a hole', async (t) => {
  const controller = new AbortController();
  const reading = readArchive(pieces(sparseTar(4 * 2 ** 30)), 'x', { ...options(t), signal: controller.signal });
  const reason = new Error('stopped');
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(reading, reason);
});

test('readArchive: a zstd frame that needs a window of 2 GiB is refused', async (t) => {
  // The frame's header, and a last block that is not compressed.
  const block = Buffer.alloc(3);
  block.writeUIntLE((sample.length << 3) | 1, 0, 3);
  const frame = (windowLog: number): Buffer => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]), block, sample]);
  assert.ok(await readArchive(pieces(frame(27)), 'x', options(t)));
  await assert.rejects(readArchive(pieces(frame(31)), 'x', options(t)), { code: 'ARCHIVE_TOO_LARGE', message: /128 MiB/ });
});

test('ADD of an archive: an abort is seen while its entries are put into place', async () => {
  const controller = new AbortController();
  const reason = new Error('stopped');
  const entry = { type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 } as const;
  const openArchive = async (): Promise<PlanEntry[]> => {
    setTimeout(() => controller.abort(reason), 1);
    return Array.from({ length: 100_000 }, (_, i) => ({ ...entry, path: `folder${i % 100}/file${i}` }));
  };
  const op = copyOp([pathsSource('/st.tar', { unpack: 'auto' })], '/');
  await assert.rejects(planCopy(op, [undefined, treeOf('st.tar=x')], undefined, { ...testPorts, openArchive, signal: controller.signal }), reason);
});

test('readArchive: too many entries, and decompressed bytes without end, are refused', async (t) => {
  const limits = { freeBytes: 1 << 20, ratio: 10, maxEntries: 5 };
  const many = tarOf(...Array.from({ length: 6 }, (_, i) => ({ name: `${i}` })));
  await assert.rejects(readArchive(pieces(many), 'x', { ...options(t), limits }), { code: 'ARCHIVE_TOO_LARGE' });
  const bombs = [tarOf({ name: 'big', content: 'x'.repeat(2 << 20) }), Buffer.concat([sample, Buffer.alloc(3 << 20)])];
  for (const bomb of bombs) {
    await assert.rejects(readArchive(pieces(zstdCompressSync(bomb)), 'x', { ...options(t), limits }), { code: 'ARCHIVE_TOO_LARGE' });
  }
  const names = tarOf(...Array.from({ length: 3 }, (_, i) => ({ name: `${i}`.repeat(200), type: 'symlink' as const, link: 'x'.repeat(200) })));
  await assert.rejects(readArchive(pieces(names), 'x', { ...options(t), limits: { nameBytes: 1199 } }), { code: 'ARCHIVE_TOO_LARGE' });
  assert.equal((await readArchive(pieces(names), 'x', { ...options(t), limits: { nameBytes: 1200 } }))?.length, 3);
  const small = tarOf(...Array.from({ length: 5 }, (_, i) => ({ name: `${i}`, content: 'x'.repeat(900) })));
  const entries = await readArchive(pieces(small), 'x', { ...options(t), limits: { inlineBytes: 2000 } });
  assert.deepEqual(
    entries?.map(({ content }) => content?.kind),
    ['inline', 'inline', 'file', 'file', 'file'],
  );
});

test('readArchive: times and owners that Linux cannot keep, names that are too long', async (t) => {
  const odd = tarOf({ name: 'a', mtimeSec: -5, mtimeNs: 5 }, { name: 'b', uid: 0xffff_ffff }, { name: 'c', mtimeSec: 1e11 });
  const entries = await readArchive(pieces(odd), 'x', options(t));
  assert.deepEqual(
    entries?.map(({ uid, mtimeSec, mtimeNs }) => [uid, mtimeSec, mtimeNs]),
    [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
  );
  for (const name of ['n'.repeat(256), 'abcdefg/'.repeat(520)]) {
    await assert.rejects(add(t, tarOf({ name })), { code: 'ARCHIVE_INVALID' });
    await assert.rejects(readArchive(pieces(tarOf({ name })), 'x', options(t)), { code: 'ARCHIVE_INVALID', message: /"(nnn|abc).*limit of/ });
  }
  const link = (bytes: number): Buffer => tarOf({ name: 'l', type: 'symlink', link: 'x/'.repeat(bytes / 2) });
  await assert.rejects(readArchive(pieces(link(4096)), 'x', options(t)), { code: 'ARCHIVE_INVALID' });
  assert.equal((await readArchive(pieces(link(4094)), 'x', options(t)))?.length, 1);
  assert.equal((await add(t, tarOf({ name: 'n'.repeat(255) }))).length, 1);
});

test('openTarContext: a tree of the archive', async (t) => {
  const tree = await openTarContext(pieces(sample), options(t));
  assert.deepEqual(
    (await tree.list('')).map((node) => node.path),
    ['abs', 's'],
  );
  const link = (await tree.lookup('s/h'))!;
  assert.equal(await tree.contentDigest(link), await tree.contentDigest((await tree.lookup('s/d/f'))!));
  await assert.rejects(openTarContext(pieces(Buffer.from('FROM scratch')), options(t)), { code: 'ARCHIVE_INVALID' });
  await assert.rejects(openTarContext(pieces(tarOf({ name: '../x', content: 'x' })), options(t)), { code: 'ARCHIVE_INVALID' });
});
