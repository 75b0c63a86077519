import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { openStore, type Store } from '../../host/content/index.ts';
import { assembleImage } from '../image/index.ts';
import { digestOf, mediaTypes, parseReference, type DiffID } from '../../core/oci/index.ts';
import { RegistryClient } from '../../host/registry/index.ts';
import { end, FakeRegistry, fault } from '../../host/registry/fake-registry.ts';
import { checkDestination, stageFile } from './destination.ts';
import { fileTarget, streamTarget } from './byte-target.ts';
import { folderSink, tarSink } from './file-sink.ts';
import { Pusher } from './push.ts';
import { writeLayout } from './layout.ts';
import { type ExportLayer, type ImageSet } from './image-set.ts';

const never = new AbortController().signal;

function scratchFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'ossb-exporter-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function storeIn(folder: string): Store {
  return openStore(join(folder, 'store'));
}

/** An image of one layer, whose blob is put into the store. */
function imageOf(store: Store, content: string): { readonly set: ImageSet; readonly layer: ExportLayer } {
  const blob = { mediaType: mediaTypes.ociLayer, digest: store.blobs.put(content), size: content.length };
  const layer = { diffID: digestOf(content) as string as DiffID, blob };
  const platform = { os: 'linux', architecture: 'amd64' };
  const image = assembleImage({ platform, config: {}, history: [{ emptyLayer: false }], layers: [layer], mediaTypes: 'oci', nowMs: 0 });
  return { set: { platforms: [{ platform, image, layers: [layer] }], root: image.manifestDocument.descriptor }, layer };
}

/** The store has it. */
const provideNothing = (): Promise<void> => Promise.resolve();

test('tarSink: the same files give the same bytes', async () => {
  using folder = scratchFolder();
  const write = async (path: string): Promise<Buffer> => {
    await using sink = tarSink(await fileTarget(path), never);
    await sink.file('a', Buffer.from('content'));
    await sink.copy('b', join(import.meta.dirname, 'index.ts'), statSync(join(import.meta.dirname, 'index.ts')).size);
    await sink.commit();
    return readFileSync(path);
  };
  const one = await write(join(folder.path, 'one.tar'));
  assert.deepEqual(await write(join(folder.path, 'two.tar')), one);
  assert.equal(one.subarray(0, 2).toString(), 'a\0');
  assert.equal(one.subarray(512, 519).toString(), 'content');
  assert.equal(one.length % 512, 0);
  assert.deepEqual(readdirSync(folder.path).sort(), ['one.tar', 'two.tar']);
});

test('fileTarget: disposed without finish, the file of before stays as it was', async () => {
  using folder = scratchFolder();
  const path = join(folder.path, 'out');
  writeFileSync(path, 'before');
  {
    await using target = await fileTarget(path);
    await target.write(Buffer.from('half'));
  }
  assert.equal(readFileSync(path, 'utf8'), 'before');
  assert.deepEqual(readdirSync(folder.path), ['out']);
});

test('stageFile: a symlink keeps pointing where it did, and /dev/null is written to as it is', () => {
  using folder = scratchFolder();
  writeFileSync(join(folder.path, 'real'), 'before');
  symlinkSync('real', join(folder.path, 'link'));
  {
    using staged = stageFile(join(folder.path, 'link'));
    writeFileSync(staged.path, 'after');
    staged.commit();
  }
  assert.equal(readFileSync(join(folder.path, 'real'), 'utf8'), 'after');
  assert.deepEqual(readdirSync(folder.path).sort(), ['link', 'real']);
  using device = stageFile('/dev/null');
  assert.equal(device.path, '/dev/null');
});

test('folderSink: nothing has its name before commit, and without it nothing is left', async () => {
  using folder = scratchFolder();
  const path = join(folder.path, 'deep/layout');
  {
    await using sink = folderSink(path, never);
    await sink.file('blobs/a', Buffer.from('a'));
    assert.ok(!readdirSync(join(path, 'blobs')).includes('a'));
  }
  assert.deepEqual(readdirSync(folder.path), []);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'mine'), 'mine');
  {
    await using sink = folderSink(path, never);
    await sink.file('blobs/a', Buffer.from('a'));
    await sink.commit();
  }
  assert.deepEqual(readdirSync(path).sort(), ['blobs', 'mine']);
  assert.deepEqual(readdirSync(join(path, 'blobs')), ['a']);
});

test('folderSink: where the filesystem allows no folders, it fails and does not wait', { timeout: 5000 }, async () => {
  await using sink = folderSink('/proc/none', never);
  await assert.rejects(async () => sink.file('blobs/a', Buffer.from('a')), { code: 'OUTPUT_UNWRITABLE', message: /allows no new folders/ });
});

test('checkDestination: reports what is in the way', () => {
  using folder = scratchFolder();
  writeFileSync(join(folder.path, 'file'), '');
  for (const [path, kind] of [
    ['.', 'file'],
    ['none/file', 'file'],
    ['file/x', 'file'],
    ['file', 'folder'],
    ['file/x', 'folder'],
  ] as const)
    assert.throws(() => checkDestination(join(folder.path, path), kind), { code: 'OUTPUT_UNWRITABLE' }, `${kind} ${path}`);
  for (const [path, kind] of [
    ['file', 'file'],
    ['new', 'file'],
    ['new/deep/folder', 'folder'],
    ['.', 'folder'],
  ] as const)
    checkDestination(join(folder.path, path), kind);
  assert.deepEqual(readdirSync(folder.path), ['file']);
});

test('streamTarget: a reader that has gone is OUTPUT_UNWRITABLE, one that takes nothing ends with the signal', async () => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })) });
  await assert.rejects(streamTarget(gone, 'standard output', never).write(Buffer.from('a')), { code: 'OUTPUT_UNWRITABLE' });
  const stuck = new Writable({ write: () => {} });
  const controller = new AbortController();
  const writing = streamTarget(stuck, 'standard output', controller.signal).write(Buffer.from('a'));
  controller.abort(new Error('enough'));
  await assert.rejects(writing, /enough/);
});

test('writeLayout: every blob is under its digest, and docker finds its manifest.json', async () => {
  using folder = scratchFolder();
  using store = storeIn(folder.path);
  const { set } = imageOf(store, 'layer');
  const out = join(folder.path, 'layout');
  await using sink = folderSink(out, never);
  await writeLayout(set, sink, { kind: 'docker', names: ['app:1', 'host.example/app'], blobs: store.blobs });
  await sink.commit();
  for (const name of readdirSync(join(out, 'blobs/sha256'))) {
    const hash = createHash('sha256').update(readFileSync(join(out, 'blobs/sha256', name)));
    assert.equal(hash.digest('hex'), name);
  }
  const [entry] = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { Config: string; Layers: string[]; RepoTags: string[] }[];
  assert.deepEqual(entry?.RepoTags, ['app:1', 'host.example/app:latest']);
  for (const path of [entry.Config, ...entry.Layers]) assert.ok(statSync(join(out, path)).isFile());
});

test('Pusher: two tags of one repository share their uploads; what stands is not sent again', async () => {
  using folder = scratchFolder();
  using store = storeIn(folder.path);
  await using fake = await FakeRegistry.start();
  const { set, layer } = imageOf(store, 'layer');
  const registry = new RegistryClient({ userAgent: 'test' });
  const pusher = new Pusher({ registry, blobs: store.blobs, provide: provideNothing, sources: () => [], signal: never });
  await pusher.layer(parseReference(`${fake.host}/app:1`), layer);
  const uploads: string[] = [];
  await pusher.image(set, [`${fake.host}/app:1`, `${fake.host}/app:2`], (id) => void uploads.push(id));
  assert.ok(fake.manifests.has('app:1') && fake.manifests.has('app:2'));
  assert.equal(fake.log.filter((line) => line.startsWith('POST')).length, 2, 'the layer and the config');
  fake.log.length = 0;
  await pusher.image(set, [`${fake.host}/app:1`], () => {});
  assert.deepEqual(fake.log, ['HEAD /v2/app/manifests/1']);
  registry.close();
});

test('Pusher: a registry that cannot be reached is an error of the push', async () => {
  using folder = scratchFolder();
  using store = storeIn(folder.path);
  const { set } = imageOf(store, 'layer');
  const registry = new RegistryClient({ userAgent: 'test' });
  const pusher = new Pusher({ registry, blobs: store.blobs, provide: provideNothing, sources: () => [], signal: never });
  await assert.rejects(
    pusher.image(set, ['none.invalid/app:1'], () => {}),
    { code: 'REGISTRY_UNREACHABLE', message: /^Cannot push none\.invalid\/app:1: / },
  );
  registry.close();
});

test('Pusher: a layer that another repository of the registry has is mounted, not provided', async () => {
  using folder = scratchFolder();
  using store = storeIn(folder.path);
  await using fake = await FakeRegistry.start();
  const { set, layer } = imageOf(store, 'layer');
  fake.blobs.set(layer.blob.digest, Buffer.from('layer'));
  fake.fail('HEAD /v2/app/blobs', (_, res) => end(res, 404, {}, fault('BLOB_UNKNOWN', 'not in this repository')), 100);
  store.blobs.delete(layer.blob.digest);
  const registry = new RegistryClient({ userAgent: 'test' });
  const pusher = new Pusher({ registry, blobs: store.blobs, provide: provideNothing, sources: () => [`${fake.host}/base:1`], signal: never });
  await pusher.image(set, [`${fake.host}/app:1`], () => {});
  assert.ok(fake.log.some((line) => line.startsWith('POST') && line.includes('mount=') && line.includes('from=base')));
  assert.ok(fake.manifests.has('app:1'));
  registry.close();
});

test('Pusher: an upload that fails is the push’s failure, early or late', async () => {
  using folder = scratchFolder();
  using store = storeIn(folder.path);
  await using fake = await FakeRegistry.start();
  const { set, layer } = imageOf(store, 'layer');
  const registry = new RegistryClient({ userAgent: 'test' });
  const pusher = new Pusher({ registry, blobs: store.blobs, provide: provideNothing, sources: () => [], signal: never });
  fake.fail('POST /v2/app/blobs', (_, res) => end(res, 403, {}, fault('DENIED', 'you may not')), 100);
  await assert.rejects(pusher.layer(parseReference(`${fake.host}/app:1`), layer), { code: 'DENIED' });
  await assert.rejects(
    pusher.image(set, [`${fake.host}/app:1`], () => {}),
    { code: 'DENIED' },
  );
  assert.equal(fake.manifests.size, 0);
  registry.close();
});
