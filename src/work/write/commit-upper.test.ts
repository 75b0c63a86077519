import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openStore, type Store } from '../../host/content/index.ts';
import { digestOf, mediaTypes, type DiffID } from '../../core/oci/index.ts';
import { zlibCodec } from '../../core/stream/index.ts';
import { getXattr, igzipCodec, setXattr } from '../../host/sys/index.ts';
import type { LayerEntry } from '../../core/tree/index.ts';
import { LayerStore, type LayerStoreOptions } from './testing/layer-store.ts';
import { type LayerRecord } from '../../layers/index/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'ossb-commit-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});
const { signal } = new AbortController();
const codec = igzipCodec(zlibCodec());
const skip = overlaySkip();
const forms = { dir: true, tar: true, blob: { compression: 'gzip' } } as const;

let count = 0;
function fresh(options: LayerStoreOptions = {}): { store: Store; layers: LayerStore } {
  const store = openStore(join(dir, `store${count++}`), { durable: false });
  return { store, layers: new LayerStore(store, codec, options) };
}

/** A layer that GNU tar made of what the script left. */
async function baseLayer({ store, layers }: { store: Store; layers: LayerStore }, script: string): Promise<DiffID> {
  const folder = mkdtempSync(join(dir, 'base'));
  execFileSync('bash', ['-ec', script], { cwd: folder });
  const tar = execFileSync('tar', ['--sort=name', '-cf', '-', '-C', folder, '.'], { maxBuffer: 1 << 30 });
  const diffID = digestOf(tar) as string as DiffID;
  layers.registerBlob(diffID, { mediaType: mediaTypes.ociLayer, digest: store.blobs.put(tar), size: tar.length });
  await layers.ensureDir(diffID, signal);
  return diffID;
}

/** Runs the script in an overlay over the layers, and commits. Also gives what the script saw at the end, as a tar listing. */
async function change(
  { store, layers }: { store: Store; layers: LayerStore },
  below: readonly DiffID[],
  script: string,
): Promise<{ record: LayerRecord; seen: string[] }> {
  const folder = store.tempDir();
  for (const name of ['upper', 'work', 'merged', 'empty']) mkdirSync(join(folder, name));
  const lower = [...(await layers.folders(below)).reverse(), join(folder, 'empty')].join(':');
  const options = `lowerdir=${lower},upperdir=${folder}/upper,workdir=${folder}/work,index=off,metacopy=off,redirect_dir=off`;
  const seen = execFileSync('unshare', [
    '-m',
    'bash',
    '-ec',
    `mount -t overlay overlay -o ${options} ${folder}/merged; cd ${folder}/merged; (${script}); ${listing}; cd /; umount ${folder}/merged`,
  ]);
  return { record: await layers.commitUpper(join(folder, 'upper'), { forms, below }, signal), seen: lines(seen) };
}

/** Times of folders apart: those of folders that only passed the change on are not what the tests are about. */
const listing = `find . -mindepth 1 ! -type s \\( -type d -printf '%P|d|%m|%U:%G\\n' -o -printf '%P|%y|%m|%U:%G|%s|%l|%n\\n' \\) | sort`;
const lines = (text: Buffer): string[] => text.toString().trim().split('\n');

/** What a chain of layers shows when it is unpacked anew, in another store, from its blobs. */
async function unpackedAnew(from: { store: Store; layers: LayerStore }, chain: readonly DiffID[]): Promise<string[]> {
  const { store, layers } = fresh();
  for (const diffID of chain) {
    const blob = from.layers.blob(diffID)!;
    store.blobs.put(from.store.blobs.read(blob.digest, 1 << 30));
    layers.registerBlob(diffID, blob);
    await layers.ensureDir(diffID, signal);
  }
  const target = join(dir, `exported${count++}`);
  await layers.exportTar(chain, `${target}.tar`, signal);
  mkdirSync(target);
  execFileSync('tar', ['--numeric-owner', '-xpf', `${target}.tar`, '-C', target]);
  return lines(execFileSync('bash', ['-ec', listing], { cwd: target }));
}

const shown = (entries: readonly LayerEntry[]): string[] => entries.map((entry) => `${entry.path} ${entry.whiteout ?? entry.type}`);

const baseScript = `mkdir -p etc usr/bin opt/app/sub var/tmp data; echo root > etc/passwd; echo one > opt/app/one; echo two > opt/app/sub/two; echo x > usr/bin/tool; chmod 755 usr/bin/tool
  ln usr/bin/tool usr/bin/tool2; ln -s tool usr/bin/link; chmod 1777 var/tmp; echo keep > data/keep; echo replaced > replaced; mkdir folder; echo in > folder/in`;

test('commitUpper: what a step did comes out of the layers again, wherever they are unpacked', { skip }, async () => {
  const both = fresh();
  const base = await baseLayer(both, baseScript);
  const { record, seen } = await change(
    both,
    [base],
    `echo more >> etc/passwd; rm opt/app/one; rm -r opt/app/sub; mkdir opt/app/sub; echo new > opt/app/sub/new; mkdir -p new/deep; echo h > new/deep/a; ln new/deep/a new/b; ln new/deep/a z
     rm -r folder; echo file > folder; rm replaced; mkdir replaced; ln -s /nowhere sym; mkfifo fifo; mknod dev c 5 6; mknod blk b 7 300; chmod 4711 new/b; chown 1000:1001 sym -h; chown 3:4 data
     chmod 2775 new; truncate -s 1M sparse; echo end >> sparse; touch "ünï"; touch $'bad\\xff'; rm usr/bin/link; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('sock')" || true`,
  );
  const { entries } = await both.layers.index(record.diffID);
  assert.deepEqual(shown(entries), [
    'bad\udcff file',
    'blk block',
    'data dir',
    'dev char',
    'etc dir',
    'etc/passwd file',
    'fifo fifo',
    'folder file',
    'new dir',
    'new/b file',
    'new/deep dir',
    'new/deep/a hardlink',
    'opt dir',
    'opt/app dir',
    'opt/app/one whiteout',
    'opt/app/sub opaque',
    'opt/app/sub/new file',
    'replaced dir',
    'sparse file',
    'sym symlink',
    'usr dir',
    'usr/bin dir',
    'usr/bin/link whiteout',
    'z hardlink',
    'ünï file',
  ]);
  assert.deepEqual(await unpackedAnew(both, [base, record.diffID]), seen);
  // Not only GNU tar: the same listing through our own folders.
  const again = await change(both, [base, record.diffID], 'true');
  assert.deepEqual(again.seen, seen);
  assert.equal(again.record.entryCount, 0);
  assert.equal(digestOf(gunzipSync(both.store.blobs.read(record.blob!.digest))), record.diffID);
});

test('commitUpper leaves out what is as it was, also from the folder', { skip }, async () => {
  const both = fresh();
  const base = await baseLayer(both, baseScript);
  const nothing = await change(
    both,
    [base],
    'touch tmpfile; rm tmpfile; chown -R 0:0 opt; chmod 755 opt/app; mkdir data/x; rmdir data/x; mkdir -p a/b; rm -r a; chown -h 0:0 usr/bin/link',
  );
  assert.equal(nothing.record.entryCount, 0);
  assert.equal(nothing.record.diffID, 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef');
  const some = await change(both, [base], 'chown 0:0 opt/app/one; chmod 600 opt/app/sub/two; touch -d @5 data/keep; mkdir plain');
  assert.deepEqual(shown((await both.layers.index(some.record.diffID)).entries), [
    'data dir',
    'data/keep file',
    'opt dir',
    'opt/app dir',
    'opt/app/sub dir',
    'opt/app/sub/two file',
    'plain dir',
  ]);
  const folder = (await both.layers.folder(some.record.diffID, [base]))!;
  assert.ok(!existsSync(join(folder, 'opt/app/one')) && !existsSync(join(folder, 'usr')));
  assert.equal(getXattr(join(folder, 'plain'), 'trusted.overlay.opaque'), undefined);
  assert.deepEqual(await unpackedAnew(both, [base, some.record.diffID]), some.seen);
});

test('commitUpper: a folder that something was taken out of keeps its time', { skip }, async () => {
  const both = fresh();
  const base = await baseLayer(both, 'mkdir -p a/same a/other; echo x >a/other/f; touch -d @1000000000 a a/same a/other');
  const { record } = await change(both, [base], 'chmod 700 a/same; chmod 755 a/same; echo more >>a/other/f');
  const { entries } = await both.layers.index(record.diffID);
  const [folder] = await both.layers.folders([record.diffID]);
  assert.deepEqual(shown(entries), ['a dir', 'a/other dir', 'a/other/f file']);
  assert.equal(existsSync(join(folder!, 'a/same')), false);
  assert.equal(statSync(join(folder!, 'a')).mtimeMs, 1_000_000_000_000);
});

test('commitUpper: a hard link to a file below is one file for later steps, and a file of its own elsewhere', { skip }, async () => {
  const both = fresh();
  const script = 'mkdir -p deep/er; echo a > deep/er/a; echo b > b; chmod 750 deep; touch -d @1000000000 deep/er deep .';
  const base = await baseLayer(both, script);
  const { record, seen } = await change(both, [base], 'ln deep/er/a linked; ln b b2; touch deep/er/x; rm deep/er/x');
  const chain = [base, record.diffID];
  assert.deepEqual(shown((await both.layers.index(record.diffID)).entries), ['b2 file', 'linked file']);
  assert.ok(seen.includes('linked|f|644|0:0|2||2'));

  // As another process sees the store.
  const later = { ...both, layers: new LayerStore(both.store, codec) };
  const again = await change(later, chain, 'true');
  assert.deepEqual([again.seen, again.record.entryCount], [seen, 0]);
  const timed = (await later.layers.folders(chain))[1]!;
  assert.equal(statSync(join(timed, 'deep/er')).mtimeMs, 1_000_000_000_000);
  const written = await change(later, chain, 'echo more >> linked; cat deep/er/a');
  assert.deepEqual(shown((await later.layers.index(written.record.diffID)).entries), ['linked file']);

  const oneName = /\|[0-9]+$/;
  const apart = seen.map((line) => line.replace(oneName, '|1'));
  assert.deepEqual(
    (await unpackedAnew(both, chain)).map((line) => line.replace(oneName, '|1')),
    apart,
  );
  assert.ok((await unpackedAnew(both, chain)).includes('linked|f|644|0:0|2||1'));

  // A base with something else at those paths must show that: another content, attribute of a folder that leads there, time.
  for (const altered of ['echo c > deep/er/a', 'chmod 700 deep', 'touch -d @7 b', 'rm b']) {
    const other = await baseLayer(later, `${script}; ${altered}`);
    await later.layers.ensureDir(record.diffID, signal, { below: [other] });
    const plain = await change(later, [other], 'true');
    const over = await change(later, [other, record.diffID], 'true');
    const added = ['b2|f|644|0:0|2||1', 'linked|f|644|0:0|2||1'];
    assert.deepEqual(over.seen, [...plain.seen, ...added].sort(), altered);
  }
  assert.deepEqual((await change(later, chain, 'true')).seen, seen);

  // Without its record or its folder the layer is unpacked anew; a step that is run again restores both.
  const folder = later.layers.path(record.diffID);
  const kept = join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('kept-'))!,
  );
  writeFileSync(kept, '["deep');
  assert.ok((await change(later, chain, 'true')).seen.includes('linked|f|644|0:0|2||1'));
  assert.equal((await change(later, [base], 'ln deep/er/a linked; ln b b2')).record.diffID, record.diffID);
  assert.deepEqual((await change(later, chain, 'true')).seen, seen);
  rmSync(kept);
  mkdirSync(kept);
  assert.ok((await change(later, chain, 'true')).seen.includes('linked|f|644|0:0|2||1'));
});

test('commitUpper keeps file capabilities and user attributes', { skip: skip && 'needs root' }, async () => {
  const both = fresh();
  const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
  const upperWith = (note: string): string => {
    const upper = both.store.tempDir();
    for (const name of ['tool', 'other']) writeFileSync(join(upper, name), name);
    setXattr(join(upper, 'tool'), 'security.capability', capability);
    setXattr(join(upper, 'other'), 'user.note', Buffer.from(note));
    setXattr(join(upper, 'other'), 'trusted.note', Buffer.from('not kept'));
    execFileSync('touch', ['-d', '@1700000000', join(upper, 'tool'), join(upper, 'other')]);
    return upper;
  };
  const record = await both.layers.commitUpper(upperWith('hi'), { forms, below: [] }, signal);
  const entries = (await both.layers.index(record.diffID)).entries.map((entry) => [entry.path, entry.xattrs]);
  assert.deepEqual(entries, [
    ['other', { 'user.note': Buffer.from('hi').toString('base64') }],
    ['tool', { 'security.capability': capability.toString('base64') }],
  ]);
  const same = await both.layers.commitUpper(upperWith('hi'), { forms, below: [record.diffID] }, signal);
  assert.equal(same.entryCount, 0);
  const other = await both.layers.commitUpper(upperWith('ho'), { forms, below: [record.diffID] }, signal);
  assert.equal(other.entryCount, 1);
});

test('commitUpper: the same changes give the same layer, and SOURCE_DATE_EPOCH clamps', { skip }, async () => {
  const script = 'echo new > etc/file; touch -d @1700000000 etc/file etc; rm data/keep; touch -d @1700000000 data';
  const results: LayerRecord[] = [];
  for (let i = 0; i < 2; i++) {
    const both = fresh();
    results.push((await change(both, [await baseLayer(both, `${baseScript}; find . -exec touch -h -d @1600000000 {} +`)], script)).record);
  }
  assert.deepEqual(results[0], results[1]);
});

test('commitUpper reads deletions in the form of user namespaces', { skip: skip && 'needs root' }, async () => {
  const both = fresh({ userxattr: true });
  const base = await baseLayer(both, 'mkdir -p d o; echo 1 > d/one; echo 2 > d/two; echo 3 > o/three');
  const upper = both.store.tempDir();
  mkdirSync(join(upper, 'd'));
  mkdirSync(join(upper, 'o'));
  writeFileSync(join(upper, 'd', 'one'), '');
  setXattr(join(upper, 'd'), 'user.overlay.opaque', Buffer.from('x'));
  setXattr(join(upper, 'd', 'one'), 'user.overlay.whiteout', Buffer.from('y'));
  setXattr(join(upper, 'o'), 'user.overlay.opaque', Buffer.from('y'));
  setXattr(join(upper, 'o'), 'user.overlay.origin', Buffer.from('z'));
  const record = await both.layers.commitUpper(upper, { forms, below: [base] }, signal);
  const { entries } = await both.layers.index(record.diffID);
  assert.deepEqual(shown(entries), ['d dir', 'd/one whiteout', 'o opaque']);
  assert.ok(entries.every((entry) => entry.xattrs === undefined));
});

test('commitUpper refuses folders of an overlay with redirects', { skip: skip && 'needs root' }, async () => {
  const both = fresh();
  const upper = both.store.tempDir();
  mkdirSync(join(upper, 'd'));
  setXattr(join(upper, 'd'), 'trusted.overlay.redirect', Buffer.from('/x'));
  await assert.rejects(both.layers.commitUpper(upper, { forms, below: [] }, signal), { code: 'LAYER_INVALID' });
});

/** Why overlays cannot be mounted here, or false. */
function overlaySkip(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const probe = mkdtempSync(join(tmpdir(), 'ossb-probe-'));
  const { status } = spawnSync('unshare', [
    '-m',
    'bash',
    '-c',
    `cd ${probe} && mkdir l u w m && mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w m`,
  ]);
  rmSync(probe, { recursive: true });
  return status === 0 ? false : 'overlayfs cannot be mounted here';
}
