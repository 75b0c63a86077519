import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestOf } from '../../core/oci/index.ts';
import { openStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'ossb-blobs-'));
const healed: string[] = [];
const store = openStore(join(folder, 'store'), { onHealed: (message) => healed.push(message) });
const blobs = store.blobs;
after(() => {
  store.close();
  rmSync(folder, { recursive: true });
});
const none = digestOf('not there');

test('put stores once; read, size, open give the bytes back', async () => {
  const digest = blobs.put('hello');
  assert.equal(digest, digestOf('hello'));
  assert.equal(blobs.put(Buffer.from('hello')), digest);
  assert.ok(blobs.has(digest));
  assert.equal(blobs.size(digest), 5);
  assert.equal(blobs.read(digest).toString(), 'hello');
  assert.equal(Buffer.concat(await blobs.open(digest).toArray()).toString(), 'hello');
  assert.equal(Buffer.concat(await blobs.open(digest, { start: 3 }).toArray()).toString(), 'lo');
  assert.equal(blobs.read(blobs.put('')).length, 0);
});

test('a missing blob is BLOB_MISSING', () => {
  assert.ok(!blobs.has(none));
  assert.throws(() => blobs.size(none), { code: 'BLOB_MISSING' });
  assert.throws(() => blobs.read(none), { code: 'BLOB_MISSING' });
  assert.throws(() => blobs.open(none), { code: 'BLOB_MISSING' });
});

test('read refuses what is too large or was altered', () => {
  const digest = blobs.put('altered later');
  assert.throws(() => blobs.read(digest, 3), { code: 'BLOB_TOO_LARGE' });
  writeFileSync(blobs.path(digest), 'something else');
  assert.throws(() => blobs.read(digest), { code: 'BLOB_DIGEST_MISMATCH' });
  writeFileSync(blobs.path(digest), '');
  assert.ok(!blobs.has(digest));
});

test('what was altered is found when it is read, verified or put again, and removed', async () => {
  const signal = new AbortController().signal;
  const digest = blobs.put('to be altered');
  const uses: readonly (() => unknown)[] = [
    () => blobs.readSound(digest),
    () => blobs.put('to be altered'),
    async () => assert.equal(await blobs.isSound(digest, undefined, signal), false),
  ];
  for (const use of uses) {
    blobs.put('to be altered');
    writeFileSync(blobs.path(digest), 'To be altered');
    healed.length = 0;
    await use();
    assert.match(healed.join(), /altered/);
    assert.notEqual(blobs.readSound(digest)?.toString(), 'To be altered');
  }
  blobs.put('to be altered');
  assert.equal(blobs.hasWhole(digest, 13), true);
  assert.equal(blobs.hasWhole(digest, 12), false);
  // Whoever says a wrong size does no harm to a sound blob.
  assert.equal(await blobs.isSound(digest, 12, signal), false);
  assert.equal(await blobs.isSound(digest, 13, signal), true);
  writeFileSync(blobs.path(digest), 'Altered');
  assert.equal(blobs.readIfSound(digest), undefined);
  assert.equal(blobs.has(digest), true);
  assert.equal(await blobs.isSound(digest, 13, signal), false);
  assert.equal(blobs.has(digest), false);
  mkdirSync(blobs.path(digest));
  assert.equal(blobs.has(digest), false);
  blobs.put('to be altered');
  assert.equal(await blobs.isSound(digest, 13, signal), true);
});

test('isSound: a blob that cannot be read for now is no damage', async () => {
  const digest = blobs.put('not for this user');
  chmodSync(blobs.path(digest), 0);
  for (const path of [folder, store.root]) chmodSync(path, 0o755);
  // Root may read everything.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid!(65534);
  try {
    await assert.rejects(blobs.isSound(digest, undefined, new AbortController().signal), { code: 'STORE_UNUSABLE' });
    assert.throws(() => blobs.readSound(digest), { code: 'STORE_UNUSABLE' });
  } finally {
    if (isRoot) process.seteuid!(0);
  }
  assert.ok(blobs.has(digest));
});

test('isSound: what was put in the place of a damaged blob while that was read stays', async () => {
  const signal = new AbortController().signal;
  const bytes = Buffer.alloc(4 << 20, 'x');
  const digest = blobs.put(bytes);
  writeFileSync(blobs.path(digest), bytes.with(5, 1));
  const verifying = [blobs.isSound(digest, undefined, signal), blobs.isSound(digest, bytes.length, signal)];
  using writer = blobs.writer({ digest });
  writer.write(bytes);
  await writer.commit();
  assert.deepEqual(await Promise.all(verifying), [true, true]);
  assert.ok(blobs.has(digest));
});

test('writer commits verified bytes and leaves no temporary file', async () => {
  const digest = digestOf('onetwo');
  const writer = blobs.writer({ digest, size: 6 });
  writer.write(Buffer.from('one'));
  assert.ok(!blobs.has(digest));
  writer.write(Buffer.from('two'));
  assert.deepEqual(await writer.commit(), { digest, size: 6 });
  assert.equal(blobs.read(digest).toString(), 'onetwo');
  const again = blobs.writer();
  again.write(Buffer.from('onetwo'));
  assert.deepEqual(await again.commit(), { digest, size: 6 });
  assertNoTemporaryFiles();
});

for (const [name, bytes, expected, code] of [
  ['a wrong digest', 'abc', { digest: none, size: 3 }, 'BLOB_DIGEST_MISMATCH'],
  ['too few bytes', 'ab', { digest: digestOf('abc'), size: 3 }, 'BLOB_SIZE_MISMATCH'],
  ['too many bytes', 'abcd', { digest: digestOf('abc'), size: 3 }, 'BLOB_SIZE_MISMATCH'],
] as const) {
  test(`writer refuses ${name}`, async () => {
    await assert.rejects(
      async () => {
        using writer = blobs.writer(expected);
        writer.write(Buffer.from(bytes));
        await writer.commit();
      },
      { code, retryable: true },
    );
    assertNoTemporaryFiles();
  });
}

test('list, touch and delete serve collection', () => {
  const digest = blobs.put('old');
  utimesSync(blobs.path(digest), 1, 1);
  assert.deepEqual(
    [...blobs.list()].filter((blob) => blob.digest === digest),
    [{ digest, sizeBytes: 3, usedAtMs: 1000 }],
  );
  blobs.touch(digest);
  assert.ok(statSync(blobs.path(digest)).mtimeMs > 1_000_000);
  blobs.touch(none);
  assert.ok(blobs.delete(digest));
  assert.ok(!blobs.delete(digest));
});

test('a full disk is DISK_FULL with a hint', async (t) => {
  const small = join(folder, 'small');
  mkdirSync(small);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]).status !== 0) {
    t.skip('no right to mount a tmpfs');
    return;
  }
  const full = openStore(small);
  try {
    const writer = full.blobs.writer();
    assert.throws(() => writer.write(Buffer.alloc(1 << 20)), { code: 'DISK_FULL', family: 'resource', hint: /ossb prune/ });
    writer.abort();
    assert.throws(() => full.blobs.put(Buffer.alloc(1 << 20)), { code: 'DISK_FULL' });
    writeFileSync(join(small, 'fill'), Buffer.alloc(240 << 10));
    assert.throws(() => full.db(), { code: 'DISK_FULL' });
  } finally {
    full.close();
    spawnSync('umount', [small]);
  }
});

function assertNoTemporaryFiles(): void {
  const [owner] = readdirSync(join(store.root, 'tmp')).filter((name) => !name.endsWith('.lock'));
  assert.deepEqual(readdirSync(join(store.root, 'tmp', owner ?? '')), []);
}

test('isSound: what this build has just written, and so hashed, is not read again', async () => {
  const { signal } = new AbortController();
  const written = async (text: string) => {
    const writer = blobs.writer();
    writer.write(Buffer.from(text));
    return (await writer.commit()).digest;
  };
  const digest = await written('fresh');
  // Nobody does this within a build: it shows that the file was not read.
  writeFileSync(blobs.path(digest), 'FRESH');
  assert.equal(await blobs.isSound(digest, 5, signal), true);
  assert.equal(await blobs.isSound(digest, 6, signal), false);
  assert.equal(await blobs.isSound(await written('fresh'), 5, signal), true);
  const byThread = blobs.put('by another thread');
  writeFileSync(blobs.path(byThread), 'BY ANOTHER THREAD');
  blobs.trust(byThread);
  assert.equal(await blobs.isSound(byThread, 17, signal), true);
  blobs.delete(byThread);
});
