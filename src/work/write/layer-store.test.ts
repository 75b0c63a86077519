import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { writeTar } from '../../../test/harness/tar-writer.ts';
import { openStore, type Store } from '../../host/content/index.ts';
import { digestOf, mediaTypes, type Digest, type DiffID } from '../../core/oci/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { igzipCodec } from '../../host/sys/index.ts';
import { TarDecoder } from '../../core/tar/index.ts';
import type { PlanEntry } from '../../core/tree/index.ts';
import { LayerError } from '../../layers/index/index.ts';
import { LayerStore } from './testing/layer-store.ts';
import { type LayerForms } from '../../layers/index/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'ossb-layer-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});
const root = process.getuid?.() === 0;
const { signal } = new AbortController();
const codec = igzipCodec(zlibCodec());
const gzip = { compression: 'gzip' } as const;
const blobOnly: LayerForms = { dir: false, tar: false, blob: gzip };
const withCode = (code: string) => (error: unknown) => error instanceof LayerError && error.code === code;

let count = 0;
function fresh(): { store: Store; layers: LayerStore } {
  const store = openStore(join(dir, `store${count++}`), { durable: false });
  return { store, layers: new LayerStore(store, codec) };
}

function planned(path: string, values: Partial<PlanEntry> = {}): PlanEntry {
  const type = values.type ?? 'file';
  return { path, type, mode: type === 'dir' ? 0o755 : 0o644, uid: 0, gid: 0, size: 0, mtimeSec: 1_700_000_000, mtimeNs: 0, ...values };
}

function inline(path: string, text: string, values: Partial<PlanEntry> = {}): PlanEntry {
  const bytes = Buffer.from(text);
  return planned(path, { size: bytes.length, content: { kind: 'inline', data: bytes.toString('base64') }, ...values });
}

/** A layer's blob made by another program. */
function addBlob(store: Store, layers: LayerStore, tar: Buffer): DiffID {
  const packed = gzipSync(tar);
  const diffID = digestOf(tar) as string as DiffID;
  layers.registerBlob(diffID, { mediaType: mediaTypes.ociLayerGzip, digest: store.blobs.put(packed), size: packed.length });
  return diffID;
}

async function readAll(layers: LayerStore, diffID: DiffID, path: string): Promise<string> {
  return Buffer.concat(await Array.fromAsync(layers.readContent(diffID, path))).toString();
}

/** What is left in the store's temporary area. */
function leftovers(store: Store): string[] {
  return readdirSync(join(store.root, 'tmp'), { recursive: true, withFileTypes: true })
    .filter((found) => !found.isDirectory() && !/\.lock/.test(found.name))
    .map((found) => found.name);
}

const sample: PlanEntry[] = [
  planned('bin', { type: 'dir' }),
  inline('bin/tool', '#!/bin/sh\n', {
    mode: 0o4755,
    uid: 7,
    gid: 8,
    xattrs: { 'security.capability': Buffer.from('0100000200040000000000000000000000000000', 'hex').toString('base64') },
  }),
  planned('bin/tool2', { type: 'hardlink', link: 'bin/tool', mode: 0o4755 }),
  planned('dev', { type: 'dir' }),
  planned('dev/null', { type: 'char', mode: 0o666, major: 1, minor: 3 }),
  planned('empty'),
  planned('fifo', { type: 'fifo', mode: 0o600 }),
  planned('gone', { whiteout: 'whiteout', mode: 0 }),
  planned('größe', { type: 'symlink', mode: 0o777, link: '/bin/tool' }),
  planned('opaque', { type: 'dir', mode: 0o1777, whiteout: 'opaque' }),
  inline(`opaque/${'n'.repeat(200)}`, 'long'),
];

test('write: blob, tar and index agree with recomputed digests, and GNU tar reads them', async () => {
  const { store, layers } = fresh();
  const record = await layers.write({ entries: sample, forms: { dir: false, tar: true, blob: gzip } }, signal);
  const tar = readFileSync(join(layers.path(record.diffID), 'tar'));
  assert.equal(digestOf(tar), record.diffID);
  assert.equal(tar.length, record.tarSize);
  const blob = store.blobs.read(record.blob!.digest);
  assert.equal(blob.length, record.blob!.size);
  assert.ok(gunzipSync(blob).equals(tar));
  assert.deepEqual(layers.blob(record.diffID), record.blob);
  const row = store.db().prepare('SELECT compressor FROM layer_blobs WHERE digest = ?').get(record.blob!.digest);
  assert.equal(row?.['compressor'], codec.describe('gzip', undefined));
  const listing = execFileSync('tar', ['--quoting-style=literal', '-tf', join(layers.path(record.diffID), 'tar')], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  }).toString();
  assert.deepEqual(listing.trim().split('\n'), [
    'bin/',
    'bin/tool',
    'bin/tool2',
    'dev/',
    'dev/null',
    'empty',
    'fifo',
    '.wh.gone',
    'größe',
    'opaque/',
    'opaque/.wh..wh..opq',
    `opaque/${'n'.repeat(200)}`,
  ]);
  const index = await layers.index(record.diffID);
  assert.equal(index.contentDigest, record.contentDigest);
  const long = index.entries.at(-1)!;
  assert.equal(long.digest, digestOf('long'));
  assert.equal(tar.toString('utf8', long.offset!, long.offset! + long.size), 'long');
  assert.deepEqual(leftovers(store), []);
});

test('write is deterministic, also through another store, and the index read back from the blob is the same', async () => {
  const [a, b] = [fresh(), fresh()];
  const one = await a.layers.write({ entries: sample, forms: blobOnly }, signal);
  const two = await b.layers.write({ entries: sample, forms: { dir: false, tar: true, blob: gzip } }, signal);
  assert.deepEqual(one, two);
  rmSync(join(a.layers.path(one.diffID), 'index'));
  const again = new LayerStore(a.store, codec);
  assert.equal(again.has(one.diffID), false);
  assert.deepEqual((await again.ensureIndex(one.diffID, signal)).entries, (await b.layers.index(one.diffID)).entries);
});

test('write without entries gives the well-known empty layer', async () => {
  const { layers } = fresh();
  const record = await layers.write({ entries: [], forms: { dir: true, tar: true, blob: gzip } }, signal);
  assert.equal(record.diffID, 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef');
  assert.equal(record.entryCount, 0);
  assert.equal(record.contentDigest, digestOf(''));
  assert.deepEqual(readdirSync((await layers.folder(record.diffID, []))!), []);
});

test('write keeps whole seconds and clamps later times to SOURCE_DATE_EPOCH', async () => {
  const { layers } = fresh();
  const entries = [inline('a', 'x', { mtimeSec: 100, mtimeNs: 5 }), inline('b', 'x', { mtimeSec: 300 })];
  const { diffID } = await layers.write({ entries, forms: { dir: true, tar: false }, sourceDateEpoch: 200 }, signal);
  assert.deepEqual(
    (await layers.index(diffID)).entries.map((entry) => [entry.mtimeSec, entry.mtimeNs]),
    [
      [100, 0],
      [200, 0],
    ],
  );
  assert.equal(lstatSync(join((await layers.folder(diffID, []))!, 'b')).mtimeMs, 200_000);
});

test('write: files of any size around the buffers come out whole', async () => {
  const { layers } = fresh();
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 260_000, max: 263_000 }), fc.integer({ min: 0, max: 700_000 })), fc.boolean()),
        { maxLength: 12 },
      ),
      fc.integer({ min: 0, max: 255 }),
      async (sizes, seed) => {
        const contents = sizes.map(([size], i) => Buffer.alloc(size, createHash('sha256').update(`${seed}${i}`).digest()));
        const entries = contents.map((bytes, i) => {
          const path = join(dir, `source${i}`);
          writeFileSync(path, bytes);
          const name = sizes[i]![1] ? `${'long'.repeat(40)}${i}` : `file${i}`;
          return planned(name, { size: bytes.length, content: i % 2 ? { kind: 'inline', data: bytes.toString('base64') } : { kind: 'file', path } });
        });
        const { diffID } = await layers.write({ entries, forms: { dir: true, tar: true } }, signal);
        const tar = readFileSync(join(layers.path(diffID), 'tar'));
        const pieces: Buffer[][] = [];
        const decoder = new TarDecoder({ entry: () => void pieces.push([]), data: (piece) => void pieces.at(-1)!.push(Buffer.from(piece)), end: () => {} });
        decoder.write(tar);
        decoder.finish();
        const { entries: written } = await layers.index(diffID);
        const folder = (await layers.folder(diffID, []))!;
        for (const [i, bytes] of contents.entries()) {
          assert.ok(Buffer.concat(pieces[i]!).equals(bytes));
          assert.equal(written[i]!.digest, digestOf(bytes));
          assert.ok(tar.subarray(written[i]!.offset, written[i]!.offset! + bytes.length).equals(bytes));
          assert.ok(readFileSync(join(folder, entries[i]!.path)).equals(bytes));
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('write refuses sources that changed, vanished, or have another digest than planned', async () => {
  const { store, layers } = fresh();
  const path = join(dir, 'changing');
  const large = Buffer.alloc(600_000, 1);
  for (const bytes of [Buffer.from('hello'), large]) {
    for (const change of [
      (): void => appendFileSync(path, 'x'),
      (): void => truncateSync(path, 2),
      (): void => rmSync(path),
      (): void => writeFileSync(path, Buffer.alloc(bytes.length, 9)),
    ]) {
      rmSync(path, { force: true });
      writeFileSync(path, bytes);
      const entries = [planned('f', { size: bytes.length, digest: digestOf(bytes), content: { kind: 'file', path } })];
      await layers.write({ entries, forms: blobOnly }, signal);
      change();
      await assert.rejects(layers.write({ entries, forms: { dir: true, tar: true, blob: gzip } }, signal), withCode('LAYER_SOURCE_CHANGED'));
    }
  }
  rmSync(path);
  symlinkSync('/etc/passwd', path);
  await assert.rejects(
    layers.write({ entries: [planned('f', { size: 3, content: { kind: 'file', path } })], forms: blobOnly }, signal),
    withCode('LAYER_SOURCE_CHANGED'),
  );
  assert.deepEqual(leftovers(store), []);
});

test('write stops when aborted and leaves nothing', async () => {
  const { store, layers } = fresh();
  const controller = new AbortController();
  const entries = Array.from({ length: 400 }, (_, i) => inline(`f${i}`, 'x'.repeat(50_000)));
  const writing = layers.write({ entries, forms: { dir: true, tar: true, blob: gzip } }, controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(writing, { message: 'stop' });
  assert.deepEqual(leftovers(store), []);
  assert.ok(!existsSync(join(store.root, 'layers')));
});

test('write copies from layers in whichever form they are, also from sparse and hard-linked files', async () => {
  const { store, layers } = fresh();
  const source = join(dir, 'copied');
  mkdirSync(join(source, 'sub'), { recursive: true });
  writeFileSync(join(source, 'sub', 'a'), 'content of a');
  execFileSync('ln', [join(source, 'sub', 'a'), join(source, 'sub', 'b')]);
  writeFileSync(join(source, 'hole'), '');
  truncateSync(join(source, 'hole'), 300_000);
  appendFileSync(join(source, 'hole'), 'end');
  const tarOf = (...options: string[]): Buffer => execFileSync('tar', ['--sort=name', ...options, '-cf', '-', '-C', source, '.'], { maxBuffer: 1 << 30 });
  const expected: Record<string, string> = { x: 'content of a', y: `${'\0'.repeat(300_000)}end`, z: 'content of a' };
  for (const options of [[], ['-S']]) {
    const diffID = addBlob(store, layers, tarOf(...options));
    const index = await layers.ensureIndex(diffID, signal);
    const sizes = { x: 12, y: 300_003, z: 12 };
    const from = { x: 'sub/a', y: 'hole', z: 'sub/b' };
    const entries = (['x', 'y', 'z'] as const).map((path) => planned(path, { size: sizes[path], content: { kind: 'layer', diffID, path: from[path] } }));
    assert.equal(index.entries.find((entry) => entry.path === 'sub/b')?.type, 'hardlink');
    const results = [await layers.write({ entries, forms: blobOnly }, signal)];
    assert.equal(layers.forms(diffID).dir, false);
    writeFileSync(join(layers.path(diffID), 'tar'), gunzipSync(store.blobs.read(layers.blob(diffID)!.digest)));
    results.push(await layers.write({ entries, forms: blobOnly }, signal));
    await layers.ensureDir(diffID, signal);
    rmSync(join(layers.path(diffID), 'tar'));
    results.push(await layers.write({ entries, forms: blobOnly }, signal));
    assert.equal(new Set(results.map((result) => result.diffID)).size, 1);
    for (const [path, text] of Object.entries(expected)) assert.equal(await readAll(layers, results[0]!.diffID, path), text);
    assert.equal(await readAll(layers, diffID, 'sub/b'), 'content of a');
    await assert.rejects(readAll(layers, diffID, 'sub'), withCode('LAYER_MISSING'));
  }
});

test('write copies from a layer with sparse files whose names need resolving', async () => {
  const { store, layers } = fresh();
  const source = join(dir, 'resolved');
  mkdirSync(join(source, 'real'), { recursive: true });
  writeFileSync(join(source, 'real', 'hole'), '');
  truncateSync(join(source, 'real', 'hole'), 300_000);
  appendFileSync(join(source, 'real', 'hole'), 'end');
  writeFileSync(join(source, 'first'), 'of both');
  writeFileSync(join(source, 'other'), 'in place');
  symlinkSync('real', join(source, 'link'));
  execFileSync('ln', [join(source, 'first'), join(source, 'second')]);
  const names = ['--transform=s,^real/hole$,link/hole,', '--transform=s,^other$,real/../first,'];
  const pack = ['-S', '-P', '--no-recursion', ...names, '-cf', '-', '-C', source, 'real', 'link', 'real/hole', 'first', 'second', 'other'];
  const diffID = addBlob(store, layers, execFileSync('tar', pack, { maxBuffer: 1 << 30 }));
  const expected = { 'real/hole': `${'\0'.repeat(300_000)}end`, first: 'in place', second: 'of both' };
  await layers.ensureIndex(diffID, signal);
  const entries = Object.entries(expected).map(([path, text], i) => planned(`to${i}`, { size: text.length, content: { kind: 'layer', diffID, path } }));
  const made = await layers.write({ entries, forms: blobOnly }, signal);
  for (const [i, text] of Object.values(expected).entries()) assert.equal(await readAll(layers, made.diffID, `to${i}`), text);
});

test('ensureBlob makes one form from another', async () => {
  const { store, layers } = fresh();
  const entries = sample.filter((entry) => root || entry.type !== 'char');
  const { diffID } = await layers.write({ entries, forms: { dir: true, tar: false } }, signal);
  assert.equal(layers.blob(diffID), undefined);
  const packed = await layers.ensureBlob(diffID, 'gzip', undefined, signal);
  assert.equal(digestOf(gunzipSync(store.blobs.read(packed.digest))), diffID);
  const zstd = await layers.ensureBlob(diffID, 'zstd', 5, signal);
  assert.equal(zstd.mediaType, mediaTypes.ociLayerZstd);
  assert.deepEqual(await layers.ensureBlob(diffID, 'zstd', 5, signal), zstd);
  const plain = await layers.ensureBlob(diffID, 'none', undefined, signal);
  assert.equal(plain.digest as string, diffID);
  await assert.rejects(layers.ensureBlob(digestOf('none') as string as DiffID, 'gzip', undefined, signal), withCode('LAYER_MISSING'));
});

test('the same layer made twice at once, in two stores over one folder, is there once', async () => {
  const { store, layers } = fresh();
  const other = new LayerStore(openStore(store.root, { durable: false }), codec);
  const forms: LayerForms = { dir: true, tar: true, blob: gzip };
  const entries = sample.filter((entry) => root || entry.type !== 'char');
  const [one, two] = await Promise.all([layers.write({ entries, forms }, signal), other.write({ entries, forms }, signal)]);
  assert.deepEqual(one, two);
  const diffID = addBlob(
    store,
    layers,
    gunzipSync(store.blobs.read((await layers.write({ entries: [inline('x', 'y')], forms: blobOnly }, signal)).blob!.digest)),
  );
  assert.deepEqual(...((await Promise.all([layers.ensureDir(diffID, signal), other.ensureDir(diffID, signal)])) as [string, string]));
  assert.deepEqual(leftovers(store), []);
});

test('a damaged index is removed and made anew, whichever bit of it is wrong', async () => {
  const { store, layers } = fresh();
  const { diffID } = await layers.write({ entries: [inline('x', 'y')], forms: blobOnly }, signal);
  const path = join(layers.path(diffID), 'index');
  const sound = readFileSync(path);
  const damages: readonly (() => void)[] = [
    () => truncateSync(path, 30),
    () => truncateSync(path, 0),
    () => mkdirSync(path),
    ...Array.from({ length: sound.length }, (_, at) => () => writeFileSync(path, sound.with(at, sound[at]! ^ 4))),
  ];
  for (const damage of damages) {
    if (damage === damages[2]) rmSync(path);
    else writeFileSync(path, sound);
    damage();
    const again = new LayerStore(store, codec);
    await assert.rejects(again.index(diffID), withCode('LAYER_DAMAGED'));
    assert.equal((await again.ensureIndex(diffID, signal)).entries.length, 1);
  }
});

test('a damaged form is removed when it is used, and nothing is made of it', async () => {
  for (const form of ['tar', 'blob', 'dir'] as const) {
    const { store, layers } = fresh();
    const forms = { dir: form === 'dir', tar: form === 'tar', ...(form === 'blob' ? { blob: { compression: 'gzip' } as const } : {}) };
    const { diffID, blob } = await layers.write({ entries: [inline('x', 'y'.repeat(5000))], forms }, signal);
    const file = form === 'tar' ? join(layers.path(diffID), 'tar') : blob ? store.blobs.path(blob.digest) : join(await layers.ensureDir(diffID, signal), 'x');
    const bytes = readFileSync(file);
    const at = form === 'tar' ? 600 : bytes.length >> 1;
    writeFileSync(file, bytes.with(at, bytes[at]! ^ 1));
    const uses: readonly (() => Promise<unknown>)[] = [
      () => layers.ensureBlob(diffID, 'zstd', undefined, signal),
      async () => {
        for await (const chunk of layers.readContent(diffID, 'x')) assert.ok(chunk.length > 0);
      },
      () => layers.exportDir([diffID], join(store.tempDir(), 'out'), signal),
      () =>
        layers.write({ entries: [{ ...layers.catalog.index(diffID).entries[0]!, content: { kind: 'layer', diffID, path: 'x' } }], forms: blobOnly }, signal),
    ];
    for (const use of uses) {
      rmSync(layers.path(diffID), { recursive: true, force: true });
      await layers.write({ entries: [inline('x', 'y'.repeat(5000))], forms }, signal);
      writeFileSync(file, bytes.with(at, bytes[at]! ^ 1));
      await assert.rejects(use(), withCode('LAYER_DAMAGED'), `${form} ${uses.indexOf(use)}`);
      assert.equal(layers.hasBytes(diffID), false);
    }
  }
});

test('a blob that is not the layer that it was said to be is refused and leaves nothing', async () => {
  const { store, layers } = fresh();
  const tar = execFileSync('tar', ['-cf', '-', '-C', '/etc', 'hostname', 'passwd']);
  const packed = gzipSync(tar);
  const wrong = digestOf('wrong') as string as DiffID;
  const blob = { mediaType: mediaTypes.ociLayerGzip, digest: store.blobs.put(packed), size: packed.length };
  for (const ensure of [(): Promise<unknown> => layers.ensureIndex(wrong, signal), (): Promise<unknown> => layers.ensureDir(wrong, signal)]) {
    layers.registerBlob(wrong, blob);
    await assert.rejects(ensure(), withCode('LAYER_MISMATCH'));
    assert.equal(layers.hasBytes(wrong), false);
  }
  assert.deepEqual([layers.has(wrong), layers.forms(wrong).dir, leftovers(store)], [false, false, []]);
  const cut = digestOf('cut') as string as DiffID;
  layers.registerBlob(cut, { mediaType: mediaTypes.ociLayerGzip, digest: store.blobs.put(packed.subarray(0, 200)) as Digest, size: 200 });
  await assert.rejects(layers.ensureDir(cut, signal), { code: 'STREAM_CORRUPT' });
});

test('a layer is unpacked while its blob arrives; what is another layer leaves nothing', async () => {
  const { store, layers } = fresh();
  const tar = execFileSync('tar', ['-cf', '-', '-C', '/etc', 'hostname', 'passwd']);
  const packed = gzipSync(tar);
  const diffID = digestOf(tar) as string as DiffID;
  const descriptor = { mediaType: mediaTypes.ociLayerGzip, digest: digestOf(packed), size: packed.length };
  const path = join(dir, `arriving${count}`);
  writeFileSync(path, packed.subarray(0, 100));
  const unpacking = layers.ensureDir(diffID, signal, { arriving: { path, descriptor } });
  appendFileSync(path, packed.subarray(100));
  assert.deepEqual(readFileSync(join(await unpacking, 'passwd')), readFileSync('/etc/passwd'));
  assert.deepEqual([layers.has(diffID), layers.blob(diffID)], [true, undefined]);
  const wrong = digestOf('wrong') as string as DiffID;
  await assert.rejects(layers.ensureDir(wrong, signal, { arriving: { path, descriptor } }), withCode('LAYER_MISMATCH'));
  assert.deepEqual([layers.has(wrong), layers.forms(wrong).dir, leftovers(store)], [false, false, []]);
});

test('a decompression bomb stops at its limit, also as a sparse file', async () => {
  const { store } = fresh();
  const limits = { freeBytes: 1 << 20, ratio: 20 };
  const layers = new LayerStore(store, codec, { limits });
  // igzip waits for more than these bombs have.
  const eager = new LayerStore(store, zlibCodec(), { limits });
  const zeros = join(dir, 'zeros');
  writeFileSync(zeros, '');
  truncateSync(zeros, 8 << 20);
  for (const options of [[], ['-S']]) {
    const diffID = addBlob(store, layers, execFileSync('tar', [...options, '-cf', '-', '-C', dir, 'zeros'], { maxBuffer: 1 << 30 }));
    await assert.rejects(layers.ensureIndex(diffID, signal), withCode('LAYER_HOSTILE'));
    await assert.rejects(layers.ensureDir(diffID, signal), withCode('LAYER_HOSTILE'));
    // What a blob that is still to come is said to weigh buys it nothing.
    const blob = layers.blob(diffID)!;
    const arriving = { path: store.blobs.path(blob.digest), descriptor: { ...blob, size: 1e12 } };
    await assert.rejects(eager.ensureDir(diffID, signal, { arriving }), withCode('LAYER_HOSTILE'));
  }
  assert.deepEqual(leftovers(store), []);
});

test('ensureDir: folders that a layer only implies have the attributes of the chain, each chain its own', async () => {
  const { store, layers } = fresh();
  const folderOf = async (mode: number, mtimeSec: number): Promise<DiffID> => {
    const { diffID } = await layers.write(
      { entries: [planned('a', { type: 'dir', mode, mtimeSec }), planned('a/b', { type: 'dir', mode })], forms: blobOnly },
      signal,
    );
    await layers.ensureDir(diffID, signal);
    return diffID;
  };
  const [one, other] = [await folderOf(0o1777, 5), await folderOf(0o2750, 6)];
  const diffID = addBlob(store, layers, writeTar([{ name: 'a/b/c', content: 'text' }]));
  const seen = async (below: readonly DiffID[]): Promise<unknown> => {
    const folder = await layers.ensureDir(diffID, signal, { below });
    assert.equal(folder, await layers.folder(diffID, below));
    assert.equal(readFileSync(join(folder, 'a/b/c'), 'utf8'), 'text');
    const { mode, mtimeMs } = lstatSync(join(folder, 'a'));
    return [mode & 0o7777, mtimeMs / 1000, lstatSync(join(folder, 'a/b')).mode & 0o7777];
  };
  const expected = [
    [[], [0o755, 0, 0o755]],
    [[one], [0o1777, 5, 0o1777]],
    [[other], [0o2750, 6, 0o2750]],
    [
      [other, one],
      [0o1777, 5, 0o1777],
    ],
  ] as const;
  for (const [below, attributes] of expected) assert.deepEqual(await seen(below), attributes);
  assert.equal(await layers.folder(diffID, [one]), await layers.folder(diffID, [other, one]));
  assert.equal(readdirSync(layers.path(diffID)).filter((name) => name.startsWith('unpacked')).length, 3);
  // Another chain, when the archive is gone.
  for (const blob of layers.forms(diffID).blobs) rmSync(store.blobs.path(blob.digest));
  const again = await folderOf(0o700, 7);
  assert.deepEqual(await seen([again]), [0o700, 7, 0o700]);
});

test('write: the folder of an empty layer, which others may have mounted, stays the one that it is', async () => {
  const { store, layers } = fresh();
  const { diffID } = await layers.write({ entries: [], forms: { dir: true, tar: false } }, signal);
  const [folder] = await layers.folders([diffID]);
  const { ino } = lstatSync(folder!);
  await new LayerStore(store, codec).write({ entries: [], forms: { dir: true, tar: false } }, signal);
  const upper = join(store.tempDir(), 'upper');
  mkdirSync(upper);
  await new LayerStore(store, codec).commitUpper(upper, { below: [], forms: { tar: false } }, signal);
  assert.equal(lstatSync(folder!).ino, ino);
  assert.deepEqual(leftovers(store), []);
});

test('folders: a layer that has but the root is no emptied one', async () => {
  const { store, layers } = fresh();
  const diffID = addBlob(store, layers, writeTar([{ name: './', type: '5', mode: 0o700 }]));
  const folder = await layers.ensureDir(diffID, signal);
  assert.deepEqual(await layers.folders([diffID]), [folder]);
});
