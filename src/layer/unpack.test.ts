import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
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
import { openStore, type Store } from '../content/index.ts';
import { digestOf, mediaTypes, type DiffID } from '../oci/index.ts';
import { zlibCodec } from '../stream/index.ts';
import { getXattr, igzipCodec, listXattrs } from '../sys/index.ts';
import { encodeHeader, encodePax, endOfTarBytes, paddingOf, type TarHeader } from '../tar/index.ts';
import { LayerError, LayerStore } from './index.ts';

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
      'write through an absolute symlink',
      [
        { name: 's', type: 'symlink', link: outside },
        { name: 's/victim', content: 'bad' },
      ],
      'LAYER_HOSTILE',
    ],
    [
      'write through a climbing symlink',
      [
        { name: 's', type: 'symlink', link: '../../../outside' },
        { name: 's/victim', content: 'bad' },
      ],
      'LAYER_HOSTILE',
    ],
    [
      'write through two symlinks',
      [
        { name: 'a/b', type: 'symlink', link: '..' },
        { name: 'c', type: 'symlink', link: 'a/b/..' },
        { name: 'c/victim', content: 'bad' },
      ],
      'LAYER_HOSTILE',
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
      'LAYER_HOSTILE',
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
  ]);
  await both.layers.ensureIndex(below, signal);
  const folder = await both.layers.ensureDir(
    layerOf(both, [
      { name: 'tmp/x', content: 'x' },
      { name: 'home/user/new/y', content: 'y' },
    ]),
    signal,
    { below: [below] },
  );
  const of = (path: string): unknown[] => [lstatSync(join(folder, path)).mode & 0o7777, lstatSync(join(folder, path)).uid];
  assert.deepEqual(
    [of('tmp'), of('home/user'), of('home/user/new')],
    [
      [0o1777, 0],
      [0o700, 1000],
      [0o755, 0],
    ],
  );
});

test('exportTree writes the merged tree as a folder and as a tar', needsRoot, async () => {
  const both = fresh();
  const lower = layerOf(both, [
    { name: 'a/', type: 'dir', mode: 0o755 },
    { name: 'a/one', content: '1', uid: 5, gid: 6, mode: 0o640 },
    { name: 'a/two', type: 'hardlink', link: 'a/one' },
    { name: 'a/three', type: 'hardlink', link: 'a/one' },
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
  await both.layers.exportTree([lower, upper], destination, 'dir', signal);
  assert.deepEqual(readdirSync(destination, { recursive: true }).map(String).sort(), ['a', 'a/one', 'a/three', 'a/two', 'dev', 'dev/null', 'kept', 'link']);
  const stat = (path: string): Stats => lstatSync(join(destination, path));
  assert.deepEqual(
    [readFileSync(join(destination, 'a/one'), 'utf8'), readFileSync(join(destination, 'a/two'), 'utf8'), readlinkSync(join(destination, 'link'))],
    ['new', '1', '/etc/passwd'],
  );
  assert.deepEqual([stat('a/two').ino === stat('a/three').ino, stat('a/two').uid, stat('a/two').mode & 0o777], [true, process.getuid!(), 0o640]);
  const tar = join(dir, 'exported.tar');
  await both.layers.exportTree([lower, upper], tar, 'tar', signal);
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
