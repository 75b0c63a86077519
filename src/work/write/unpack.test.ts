import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore, type Store } from '../../host/content/index.ts';
import { digestOf, mediaTypes, type DiffID } from '../../core/oci/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { getXattr, igzipCodec, listXattrs } from '../../host/sys/index.ts';
import { encodeHeader, encodePax, endOfTarBytes, paddingOf, type TarHeader } from '../../core/tar/index.ts';
import type { LayerEntry } from '../../core/tree/index.ts';
import { FolderWriter } from './folder-writer.ts';
import { LayerError } from '../../layers/index/index.ts';
import { LayerStore } from './testing/layer-store.ts';

const dir = mkdtempSync(join(tmpdir(), 'ossb-unpack-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});
const needsRoot = { skip: process.getuid?.() === 0 ? false : 'needs root' };
const { signal } = new AbortController();
const codec = igzipCodec(zlibCodec());

let count = 0;
function fresh(): { store: Store; layers: LayerStore } {
  const store = openStore(join(dir, `store${count++}`), { durable: false });
  return { store, layers: new LayerStore(store, codec) };
}

type Item = Partial<TarHeader> & { readonly name: string; readonly content?: string };

/** A layer of these entries, as a plain tar blob. */
function layerOf({ store, layers }: { store: Store; layers: LayerStore }, items: readonly Item[] | Buffer): DiffID {
  const tar = Buffer.isBuffer(items) ? items : Buffer.concat([...items.map(encodeItem), Buffer.alloc(endOfTarBytes)]);
  const digest = store.blobs.put(tar);
  layers.registerBlob(digest as string as DiffID, { mediaType: mediaTypes.ociLayer, digest, size: tar.length });
  return digest as string as DiffID;
}

function encodeItem({ content = '', ...values }: Item): Buffer {
  const bytes = Buffer.from(content);
  const header: TarHeader = {
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtimeSec: 1_600_000_000,
    mtimeNs: 0,
    link: '',
    major: 0,
    minor: 0,
    ...values,
  };
  const block = Buffer.alloc(512);
  encodeHeader(header, block, 0);
  return Buffer.concat([encodePax(header) ?? Buffer.alloc(0), block, bytes, Buffer.alloc(paddingOf(bytes.length))]);
}

const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');

/** As `find` and `stat` see a folder; the root apart. */
function listing(folder: string): string[] {
  return execFileSync('find', ['.', '-mindepth', '1', '-printf', '%P|%y|%m|%U:%G|%s|%T@|%l|%n\n'], { cwd: folder }).toString().trim().split('\n').sort();
}

test('ensureDir gives what GNU tar unpacks: modes, owners, times, links, devices, capabilities', needsRoot, async () => {
  const source = join(dir, 'source');
  execFileSync('bash', [
    '-ec',
    `mkdir -p ${source}/a/b ${source}/tmp; cd ${source}; echo one > a/b/file; chown 12:34 a/b/file; chmod 4750 a/b/file; ln a/b/file a/hard; ln -s ../tmp link; ln -s /abs link2
     mkfifo fifo; mknod cdev c 1 3; mknod bdev b 7 300; chmod 1777 tmp; chmod 2750 a/b; chown 5:6 a/b; head -c 300000 /dev/urandom > big; : > empty; ln cdev cdev2; ln -s x s1; ln s1 s2
     chown -h 9:9 link; touch -h -d @1500000000 link; touch -d @1400000000 a/b/file cdev tmp; touch -d @1300000000 a`,
  ]);
  const tar = execFileSync('tar', ['--sort=name', '--format=pax', '--pax-option=delete=atime,delete=ctime', '-cf', '-', '-C', source, '.'], {
    maxBuffer: 1 << 30,
  });
  const both = fresh();
  const diffID = layerOf(both, tar);
  const folder = await both.layers.ensureDir(diffID, signal);
  const oracle = join(dir, 'oracle');
  mkdirSync(oracle);
  execFileSync('tar', ['--numeric-owner', '-xpf', '-', '-C', oracle], { input: tar });
  // Times of a few hundred nanoseconds are lost in numbers of seconds.
  const rounded = (lines: string[]): string[] => lines.map((line) => line.replace(/(\.\d{5})\d+\|/, '$1|'));
  assert.deepEqual(rounded(listing(folder)), rounded(listing(oracle)));
  execFileSync('diff', ['-r', '--no-dereference', join(folder, 'a'), join(oracle, 'a')]);
  assert.equal(lstatSync(folder).mode, lstatSync(source).mode);
  const index = await both.layers.index(diffID);
  assert.deepEqual([index.entries.find((e) => e.path === 'a/hard')?.link, index.entries.find((e) => e.path === 's2')?.type], ['a/b/file', 'hardlink']);
});

test('ensureDir keeps file capabilities and user attributes, and drops overlay marks of others', needsRoot, async () => {
  const both = fresh();
  const xattrs = new Map([
    ['security.capability', capability],
    ['user.note', Buffer.from('x')],
    ['trusted.overlay.redirect', Buffer.from('/etc')],
    ['user.overlay.opaque', Buffer.from('y')],
  ]);
  const diffID = layerOf(both, [{ name: 'file', content: 'x', uid: 5, xattrs }]);
  const file = join(await both.layers.ensureDir(diffID, signal), 'file');
  assert.deepEqual(listXattrs(file).sort(), ['security.capability', 'user.note']);
  assert.deepEqual(getXattr(file, 'security.capability'), capability);
  const [entry] = (await both.layers.index(diffID)).entries;
  assert.deepEqual(entry!.xattrs, { 'security.capability': capability.toString('base64'), 'user.note': 'eA==' });
});

test('ensureDir writes whiteouts and opaque folders as overlayfs wants them', needsRoot, async () => {
  const both = fresh();
  const items: Item[] = [
    { name: 'a/', type: 'dir', mode: 0o755 },
    { name: 'a/.wh.gone', mode: 0 },
    { name: 'a/.wh..wh.plnk' },
    { name: 'a/.wh..wh.orph/', type: 'dir' },
    { name: 'late/.wh..wh..opq' },
    { name: 'late/', type: 'dir', mode: 0o700 },
    { name: '.wh.new' },
    { name: 'new/', type: 'dir', mode: 0o755 },
    { name: 'new/file', content: 'x' },
    { name: '.wh.file' },
    { name: 'file', content: 'x' },
  ];
  const diffID = layerOf(both, items);
  const folder = await both.layers.ensureDir(diffID, signal);
  assert.ok(lstatSync(join(folder, 'a/gone')).isCharacterDevice() && lstatSync(join(folder, 'a/gone')).rdev === 0);
  assert.deepEqual(readdirSync(join(folder, 'a')), ['gone']);
  for (const path of ['late', 'new']) assert.equal(getXattr(join(folder, path), 'trusted.overlay.opaque')?.toString(), 'y');
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'x');
  const marks = (await both.layers.index(diffID)).entries.map((entry) => [entry.path, entry.type, entry.whiteout]);
  assert.deepEqual(marks, [
    ['a', 'dir', undefined],
    ['a/gone', 'file', 'whiteout'],
    ['late', 'dir', 'opaque'],
    ['new', 'dir', 'opaque'],
    ['new/file', 'file', undefined],
    ['file', 'file', undefined],
  ]);
  assert.equal(lstatSync(join(folder, 'late')).mode & 0o777, 0o700);
});

test('names are made clean: absolute ones, dots, and links of the layer itself that stay inside', async () => {
  const both = fresh();
  const diffID = layerOf(both, [
    { name: '/abs/file', content: '1' },
    { name: './usr//lib/./x', content: '2' },
    { name: 'usr/skip/../y', content: '3' },
    { name: 'lib', type: 'symlink', link: 'usr/lib' },
    { name: 'lib/z', content: '4' },
    { name: 'usr/lib64', type: 'symlink', link: '../lib' },
    { name: 'usr/lib64/w', content: '5' },
    { name: 'hard', type: 'hardlink', link: '/lib/z' },
    { name: '.hidden', content: '6' },
    { name: '..odd', content: '7' },
  ]);
  const folder = await both.layers.ensureDir(diffID, signal);
  const paths = (await both.layers.index(diffID)).entries.map((entry) => entry.path);
  assert.deepEqual(paths, ['abs/file', 'usr/lib/x', 'usr/y', 'lib', 'usr/lib/z', 'usr/lib64', 'usr/lib/w', 'hard', '.hidden', '..odd']);
  assert.equal(readFileSync(join(folder, 'hard'), 'utf8'), '4');
  assert.equal(readFileSync(join(folder, 'usr/lib/w'), 'utf8'), '5');
});

test('a path that comes twice is what it was last, and files live on under their other names', async () => {
  const both = fresh();
  const diffID = layerOf(both, [
    { name: 'x', content: 'old' },
    { name: 'x2', type: 'hardlink', link: 'x' },
    { name: 'x3', type: 'hardlink', link: 'x' },
    { name: 'x', content: 'new' },
    { name: 'd/', type: 'dir', mode: 0o700 },
    { name: 'd/inner', content: 'gone' },
    { name: 'd', type: 'symlink', link: 'e' },
    { name: 'e/f', content: '1' },
    { name: 'd/g', content: '2' },
    { name: 'e/', type: 'dir', mode: 0o711 },
    { name: 'e/', type: 'dir', mode: 0o755 },
  ]);
  const folder = await both.layers.ensureDir(diffID, signal);
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  assert.deepEqual([read('x'), read('x2'), read('x3'), read('e/f'), read('e/g'), readlinkSync(join(folder, 'd'))], ['new', 'old', 'old', '1', '2', 'e']);
  assert.equal(lstatSync(join(folder, 'e')).mode & 0o777, 0o755);
  const { entries } = await both.layers.index(diffID);
  const of = (path: string): unknown[] => entries.filter((entry) => entry.path === path).map((entry) => [entry.type, entry.digest ?? entry.link]);
  assert.deepEqual([of('x'), of('x2'), of('x3'), of('d/inner')], [[['file', digestOf('new')]], [['file', digestOf('old')]], [['hardlink', 'x2']], []]);
});

test('hostile layers are refused, touch nothing outside and leave nothing', async () => {
  const outside = join(dir, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'victim'), 'safe');
  const cases: [string, Item[], string][] = [
    ['name that climbs', [{ name: '../../x', content: 'x' }], 'LAYER_HOSTILE'],
    ['name that climbs later', [{ name: 'a/../../x', content: 'x' }], 'LAYER_HOSTILE'],
    ['hard link that climbs', [{ name: 'a', type: 'hardlink', link: '../outside/victim' }], 'LAYER_HOSTILE'],
    ['hard link to what is not there', [{ name: 'a', type: 'hardlink', link: 'etc/passwd' }], 'LAYER_INVALID'],
    [
      'hard link to a folder',
      [
        { name: 'd/', type: 'dir' },
        { name: 'a', type: 'hardlink', link: 'd' },
      ],
      'LAYER_HOSTILE',
    ],
    [
      'hard link to itself',
      [
        { name: 'a', content: '1' },
        { name: 'a', type: 'hardlink', link: 'a' },
      ],
      'LAYER_INVALID',
    ],
    [
      'symlink loop',
      [
        { name: 's', type: 'symlink', link: 't' },
        { name: 't', type: 'symlink', link: 's' },
        { name: 's/x', content: 'x' },
      ],
      'LAYER_HOSTILE',
    ],
    [
      'hard link through a symlink',
      [
        { name: 's', type: 'symlink', link: outside },
        { name: 'h', type: 'hardlink', link: 's/victim' },
      ],
      'LAYER_INVALID',
    ],
    [
      'hard link in the place of its file',
      [
        { name: 'd/f', content: '1' },
        { name: 'd', type: 'hardlink', link: 'd/f' },
      ],
      'LAYER_INVALID',
    ],
    ['whiteout of the root', [{ name: '.wh.' }], 'LAYER_HOSTILE'],
    ['whiteout of the parent', [{ name: 'a/.wh...' }], 'LAYER_HOSTILE'],
    ['forged whiteout', [{ name: 'etc', type: 'char' }], 'LAYER_HOSTILE'],
    [
      'file as a parent',
      [
        { name: 'f', content: 'x' },
        { name: 'f/x', content: 'x' },
      ],
      'LAYER_INVALID',
    ],
    ['file as the root', [{ name: './', content: 'x', type: 'symlink', link: '/' }], 'LAYER_HOSTILE'],
  ];
  for (const [what, items, code] of cases) {
    const both = fresh();
    const diffID = layerOf(both, items);
    const refused = (error: unknown): boolean => error instanceof LayerError && error.code === code && error.hint !== '';
    await assert.rejects(both.layers.ensureDir(diffID, signal), refused, what);
    await assert.rejects(both.layers.ensureIndex(diffID, signal), refused, what);
    assert.ok(!existsSync(both.layers.path(diffID)), what);
    const left = readdirSync(join(both.store.root, 'tmp'), { recursive: true }).filter((name) => !/\.lock$|^[^/]+(\/[0-9]+)?$/.test(String(name)));
    assert.deepEqual(left, [], what);
  }
  // A symlink itself is no harm: what it points to is resolved when a container runs.
  const both = fresh();
  const folder = await both.layers.ensureDir(
    layerOf(both, [
      { name: 's', type: 'symlink', link: outside },
      { name: 's', content: 'replaced' },
    ]),
    signal,
  );
  assert.equal(readFileSync(join(folder, 's'), 'utf8'), 'replaced');
  assert.deepEqual([readdirSync(outside), readFileSync(join(outside, 'victim'), 'utf8')], [['victim'], 'safe']);
});

test('a symlink on the way is followed with the layer as the root, as containerd does', async () => {
  const ways: [Item[], string][] = [
    [[{ name: 's', type: 'symlink', link: '/q' }], 'q/f'],
    [[{ name: 's', type: 'symlink', link: '../../../q' }], 'q/f'],
    [
      [
        { name: 'a/b', type: 'symlink', link: '..' },
        { name: 's', type: 'symlink', link: 'a/b/../../q' },
      ],
      'q/f',
    ],
    [[{ name: 's', type: 'symlink', link: '/' }], 'f'],
  ];
  for (const [items, path] of ways) {
    const both = fresh();
    const diffID = layerOf(both, [...items, { name: 's/f', content: 'in' }]);
    assert.equal(readFileSync(join(await both.layers.ensureDir(diffID, signal), path), 'utf8'), 'in');
    assert.ok((await both.layers.index(diffID)).entries.some((entry) => entry.path === path && entry.type === 'file'));
  }
});

test('a hard link gives its file the attributes of its header, in the folder and in the index', needsRoot, async () => {
  const both = fresh();
  const diffID = layerOf(both, [
    { name: 'a', content: 'A', mode: 0o755, xattrs: new Map([['security.capability', capability]]) },
    { name: 'h', type: 'hardlink', link: 'a', mode: 0o4711, uid: 9, mtimeSec: 77 },
    { name: 's', type: 'symlink', link: 'x', mode: 0o777 },
    { name: 't', type: 'hardlink', link: 's', mode: 0o600, gid: 4 },
    { name: 'u', content: 'U', uid: 9, xattrs: new Map([['security.capability', capability]]) },
    { name: 'v', type: 'hardlink', link: 'u' },
  ]);
  const folder = await both.layers.ensureDir(diffID, signal);
  assert.deepEqual(listing(folder), [
    'a|f|4711|9:0|1|77.0000000000||2',
    'h|f|4711|9:0|1|77.0000000000||2',
    's|l|777|0:4|1|1600000000.0000000000|x|2',
    't|l|777|0:4|1|1600000000.0000000000|x|2',
    'u|f|644|0:0|1|1600000000.0000000000||2',
    'v|f|644|0:0|1|1600000000.0000000000||2',
  ]);
  for (const path of ['a', 'u']) assert.deepEqual(listXattrs(join(folder, path)), []);
  const { entries } = await both.layers.index(diffID);
  assert.deepEqual(
    entries.slice(0, 4).map(({ path, mode, uid, gid, xattrs }) => [path, mode, uid, gid, xattrs]),
    [
      ['a', 0o4711, 9, 0, {}],
      ['h', 0o4711, 9, 0, undefined],
      ['s', 0o777, 0, 4, {}],
      ['t', 0o600, 0, 4, undefined],
    ],
  );
});

test('an extended attribute that the filesystem does not take is named, and the disk is not called full', needsRoot, async () => {
  const both = fresh();
  const diffID = layerOf(both, [{ name: 'f', content: 'x', xattrs: new Map([['user.big', Buffer.alloc(65_000, 'x')]]) }]);
  await assert.rejects(both.layers.ensureDir(diffID, signal), (error: unknown) => {
    assert.ok(error instanceof LayerError && error.code === 'LAYER_UNWRITABLE');
    assert.match(error.message, /user\.big.*"\/f".*65000 bytes/);
    return true;
  });
});

test('more entries than the limit are refused', async () => {
  const store = openStore(join(dir, 'few'), { durable: false });
  const layers = new LayerStore(store, codec, { limits: { maxEntries: 10 } });
  const diffID = layerOf(
    { store, layers },
    Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` })),
  );
  await assert.rejects(layers.ensureIndex(diffID, signal), { code: 'LAYER_HOSTILE' });
});

test('folders that a layer only implies get the attributes that they have below', needsRoot, async () => {
  const both = fresh();
  const below = layerOf(both, [
    { name: 'tmp/', type: 'dir', mode: 0o1777 },
    { name: 'home/', type: 'dir', mode: 0o755 },
    { name: 'home/user/', type: 'dir', mode: 0o700, uid: 1000, gid: 1000 },
    { name: 'srv/', type: 'dir', mode: 0o2770, uid: 7, gid: 8 },
  ]);
  await both.layers.ensureIndex(below, signal);
  const folder = await both.layers.ensureDir(
    layerOf(both, [{ name: 'tmp/x', content: 'x' }, { name: 'home/user/new/y', content: 'y' }, { name: 'srv/.wh..wh..opq' }]),
    signal,
    { below: [below] },
  );
  const of = (path: string): unknown[] => [lstatSync(join(folder, path)).mode & 0o7777, lstatSync(join(folder, path)).uid];
  assert.deepEqual(
    [of('tmp'), of('home/user'), of('home/user/new'), of('srv')],
    [
      [0o1777, 0],
      [0o700, 1000],
      [0o755, 0],
      [0o2770, 7],
    ],
  );
});

test('exportTree writes the merged tree as a folder and as a tar', needsRoot, async () => {
  const both = fresh();
  const lower = layerOf(both, [
    { name: 'a/', type: 'dir', mode: 0o755 },
    { name: 'a/one', content: '1', uid: 5, gid: 6, mode: 0o640 },
    { name: 'a/two', type: 'hardlink', link: 'a/one', uid: 5, gid: 6, mode: 0o640 },
    { name: 'a/three', type: 'hardlink', link: 'a/one', uid: 5, gid: 6, mode: 0o640 },
    { name: 'gone', content: 'x' },
    { name: 'dev/', type: 'dir' },
    { name: 'dev/null', type: 'char', major: 1, minor: 3 },
  ]);
  const upper = layerOf(both, [{ name: '.wh.gone' }, { name: 'a/one', content: 'new' }, { name: 'link', type: 'symlink', link: '/etc/passwd' }]);
  for (const diffID of [lower, upper]) await both.layers.ensureIndex(diffID, signal);
  const destination = join(dir, 'exported');
  mkdirSync(join(destination, 'link'), { recursive: true });
  writeFileSync(join(destination, 'kept'), 'kept');
  symlinkSync('/nowhere', join(destination, 'a'));
  await both.layers.exportDir([lower, upper], destination, signal);
  assert.deepEqual(readdirSync(destination, { recursive: true }).map(String).sort(), ['a', 'a/one', 'a/three', 'a/two', 'dev', 'dev/null', 'kept', 'link']);
  const stat = (path: string): Stats => lstatSync(join(destination, path));
  assert.deepEqual(
    [readFileSync(join(destination, 'a/one'), 'utf8'), readFileSync(join(destination, 'a/two'), 'utf8'), readlinkSync(join(destination, 'link'))],
    ['new', '1', '/etc/passwd'],
  );
  assert.deepEqual([stat('a/two').ino === stat('a/three').ino, stat('a/two').uid, stat('a/two').mode & 0o777], [true, process.getuid!(), 0o640]);
  const tar = join(dir, 'exported.tar');
  await both.layers.exportTar([lower, upper], tar, signal);
  const lines = execFileSync('tar', ['--numeric-owner', '-tvf', tar])
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').replace(/ \d{4}-\d\d-\d\d \d\d:\d\d/, ''));
  assert.deepEqual(lines, [
    'drwxr-xr-x 0/0 0 a/',
    '-rw-r--r-- 0/0 3 a/one',
    '-rw-r----- 5/6 1 a/three',
    'hrw-r----- 5/6 0 a/two link to a/three',
    'drw-r--r-- 0/0 0 dev/',
    'crw-r--r-- 0/0 1,3 dev/null',
    'lrw-r--r-- 0/0 0 link -> /etc/passwd',
  ]);
});

test('a layer that lists 10,000 files twice, a folder with them replaced, deep folders: all in time that grows with their number', async () => {
  const files = Array.from({ length: 10_000 }, (_, i): Item => ({ name: `d/${i}`, content: 'x' }));
  const twice = fresh();
  const started = process.cpuUsage();
  const index = await twice.layers.ensureIndex(layerOf(twice, [...files, ...files]), signal);
  assert.equal(index.entries.length, 10_000);
  const replaced = fresh();
  const links = files.map(({ name }, i): Item => ({ name: `l/${i}`, type: 'hardlink', link: name }));
  const { entries } = await replaced.layers.ensureIndex(layerOf(replaced, [...files, ...links, { name: 'd', content: 'now a file' }]), signal);
  assert.equal(entries.filter(({ type }) => type === 'file').length, 10_001);
  const deep = fresh();
  const folders = Array.from({ length: 500 }, (_, i): Item => ({ name: `${'a/'.repeat(1 + (i % 2_000))}f${i}` }));
  await deep.layers.ensureIndex(layerOf(deep, folders), signal);
  const { user, system } = process.cpuUsage(started);
  assert.ok(user + system < 15e6, `${user + system} µs`);
});

test('names that Linux does not take, and too many folders that only show in names, are refused', async () => {
  for (const name of ['n'.repeat(256), 'a/'.repeat(5_000), `${'a/'.repeat(100_000)}f`, `${'n'.repeat(256)}/x`, `d/.wh.${'n'.repeat(256)}`]) {
    const store = fresh();
    await assert.rejects(store.layers.ensureIndex(layerOf(store, [{ name }]), signal), { code: 'LAYER_HOSTILE' });
  }
  const store = openStore(join(dir, `store${count++}`), { durable: false });
  const few = { store, layers: new LayerStore(store, codec, { limits: { maxEntries: 100 } }) };
  await assert.rejects(few.layers.ensureIndex(layerOf(few, [{ name: `${'a/'.repeat(200)}f` }]), signal), { code: 'LAYER_HOSTILE' });
});

test('a folder that a layer deletes and writes into, in either order, holds what the layer has and nothing of below', needsRoot, async () => {
  const whiteout: Item = { name: '.wh.etc' };
  const made: Item = { name: 'etc/new', content: 'n' };
  const below: Item[] = [
    { name: 'etc/', type: 'dir', mode: 0o700 },
    { name: 'etc/old', content: 'o' },
  ];
  for (const items of [
    [whiteout, made],
    [made, whiteout],
    [whiteout, { name: 'etc/', type: 'dir', mode: 0o755 } as Item, made],
  ]) {
    const store = fresh();
    const layers = [layerOf(store, below), layerOf(store, items)];
    let folder = '';
    for (const [i, layer] of layers.entries()) folder = await store.layers.ensureDir(layer, signal, { below: layers.slice(0, i) });
    assert.deepEqual(
      listing(folder).map((line) => line.split('|').slice(0, 3).join('|')),
      ['etc/new|f|644', 'etc|d|755'],
    );
    assert.equal(getXattr(join(folder, 'etc'), 'trusted.overlay.opaque')?.toString(), 'y');
    const tree = store.layers.tree(layers);
    assert.deepEqual(
      (await tree.list('etc')).map(({ path }) => path),
      ['etc/new'],
    );
    assert.equal((await tree.lookup('etc'))?.mode, 0o755);
  }
});

test('a file that is replaced by a link to its other name lives on under both', async () => {
  const both = fresh();
  const diffID = layerOf(both, [
    { name: 'a', content: 'one' },
    { name: 'b', type: 'hardlink', link: 'a' },
    { name: 'a', type: 'hardlink', link: 'b', mode: 0o600 },
    { name: 'd/f', content: 'two' },
    { name: 'e', type: 'hardlink', link: 'd/f' },
    { name: 'd', type: 'hardlink', link: 'e' },
  ]);
  const folder = await both.layers.ensureDir(diffID, signal);
  const seen = ['a', 'b', 'd', 'e'].map((name) => [readFileSync(join(folder, name), 'utf8'), lstatSync(join(folder, name)).mode & 0o777]);
  assert.deepEqual(seen, [
    ['one', 0o600],
    ['one', 0o600],
    ['two', 0o644],
    ['two', 0o644],
  ]);
  const entries = (await both.layers.index(diffID)).entries.map(({ path, type, link, mode }) => [path, type, link, mode]);
  assert.deepEqual(entries, [
    ['b', 'file', undefined, 0o600],
    ['a', 'hardlink', 'b', 0o600],
    ['e', 'file', undefined, 0o644],
    ['d', 'hardlink', 'e', 0o644],
  ]);
});

test('a device that could not be made is forgotten with the folder that it was in', needsRoot, () => {
  const folder = join(dir, 'skipped');
  mkdirSync(folder);
  const writer = new FolderWriter(folder, { owners: false, ignoreOwners: true });
  const entry = (path: string, type: LayerEntry['type'], link?: string): LayerEntry => ({
    path,
    type,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtimeSec: 0,
    mtimeNs: 0,
    ...(link === undefined ? { major: 1, minor: 3 } : { link }),
  });
  chmodSync(dir, 0o755);
  chownSync(folder, 65534, 65534);
  // Without the capability to make devices.
  process.seteuid!(65534);
  try {
    writer.node(entry('d/x', 'char'));
    writer.remove('d', ['d', 'd/x']);
    const file = entry('d/x', 'file');
    writer.closeFile(writer.openFile(file), file);
    writer.hardlink(entry('link', 'hardlink', 'd/x'));
  } finally {
    process.seteuid!(0);
  }
  assert.deepEqual(readdirSync(folder).sort(), ['d', 'link']);
});
