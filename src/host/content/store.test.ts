import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestOf, type Descriptor } from '../../core/oci/index.ts';
import { migrate, transaction } from './database.ts';
import { openStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'ossb-store-'));
after(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const descriptor: Descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf('x'), size: 1 };

test('openStore makes an OCI layout, loads no SQLite and makes no database', () => {
  const root = join(folder, 'deep/er');
  using store = openStore(root);
  assert.equal(store.root, root);
  assert.deepEqual(readdirSync(root).sort(), ['blobs', 'index.json', 'locks', 'oci-layout', 'tmp']);
  const program = `import { openStore } from ${door}; openStore(process.argv[1]); process.exit(process.moduleLoadList.some((m) => m.includes('sqlite')) ? 1 : 0)`;
  assert.equal(spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program, root]).status, 0);
});

test('openStore says so where the folder cannot be made', () => {
  writeFileSync(join(folder, 'file'), '');
  assert.throws(() => openStore(join(folder, 'file/store')), { code: 'STORE_UNUSABLE' });
});

test('openStore names a read-only filesystem', (t) => {
  const place = join(folder, 'readonly');
  mkdirSync(place);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', place]).status !== 0) return t.skip('mounts nothing here');
  t.after(() => spawnSync('umount', [place]));
  for (const root of ['store', 'deep/er']) assert.throws(() => openStore(join(place, root)), { code: 'STORE_UNUSABLE', message: /EROFS/ });
  return undefined;
});

test('db is shared by many processes that open it at once for the first time', async () => {
  const root = join(folder, 'many');
  const program = `
    import { migrate, openStore, transaction } from ${door};
    const store = openStore(process.argv[1]);
    const db = store.db();
    migrate(db, 'test', ['CREATE TABLE n (v INTEGER)', 'INSERT INTO n VALUES (0)']);
    for (let i = 0; i < 20; i++) transaction(db, () => db.exec('UPDATE n SET v = v + 1'));
    store.close();`;
  const children = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module-typescript', '-e', program, root], { stdio: 'inherit' }));
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  using store = openStore(root);
  assert.deepEqual({ ...store.db().prepare('SELECT v FROM n').get() }, { v: 80 });
  assert.deepEqual(store.sweep(), { removed: [], failed: [] });
});

test('db refuses a newer format', () => {
  const newer = openStore(join(folder, 'newer'));
  newer.db().exec('PRAGMA user_version = 99');
  newer.close();
  assert.throws(() => openStore(newer.root).db(), { code: 'STORE_NEWER' });
});

test('db: a damaged database is moved aside and begun anew, and that is reported', () => {
  const flipped = (path: string): void => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.with(5, bytes[5]! ^ 8));
  };
  const damages: Readonly<Record<string, (path: string) => void>> = {
    garbage: (path) => writeFileSync(path, 'x'.repeat(4096)),
    empty: (path) => truncateSync(path, 0),
    'cut short': (path) => truncateSync(path, 500),
    'a flipped bit': flipped,
    'a folder': (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    const root = join(folder, `damaged ${name}`);
    const first = openStore(root);
    first.images.set('a:1', { descriptor, createdAtMs: 5 });
    first.close();
    damage(join(root, 'store.db'));
    const said: string[] = [];
    using store = openStore(root, { onHealed: (message) => said.push(message) });
    assert.deepEqual(store.images.list(), [], name);
    assert.match(said.join(), /store.db.damaged/, name);
    store.images.set('a:1', { descriptor, createdAtMs: 5 });
    assert.ok(existsSync(join(root, 'store.db.damaged')));
    using other = openStore(root);
    assert.equal(other.images.list().length, 1, name);
  }
});

test('explain: a database that turns out to be damaged in use is moved aside once, and the store goes on with a new one', () => {
  const damage = Object.assign(new Error('database disk image is malformed'), { code: 'ERR_SQLITE_ERROR', errcode: 11 });
  using first = openStore(join(folder, 'in use'));
  using second = openStore(first.root);
  for (const store of [first, second]) store.images.set('a:1', { descriptor, createdAtMs: 5 });
  assert.match((first.explain(damage) as Error).message, /was moved to .*store\.db\.damaged,/);
  first.images.set('b:1', { descriptor, createdAtMs: 5 });
  // The one that this process has open is there no more: the new one is sound.
  assert.equal((second.explain(damage) as { code: string }).code, 'STORE_DAMAGED');
  assert.deepEqual(
    second.images.list().map((image) => image.name),
    ['b:1'],
  );
  const replaced = statSync(join(first.root, 'store.db')).ino;
  second.explain(damage);
  const asides = readdirSync(first.root).filter((name) => name.includes('.damaged'));
  assert.deepEqual(asides, ['store.db.damaged'], 'the newest alone is kept');
  assert.equal(statSync(join(first.root, 'store.db.damaged')).ino, replaced);
  assert.equal((first.explain(damage) as { code: string }).code, 'STORE_DAMAGED');
  const short = Object.assign(new Error(`EMFILE: too many open files, open '${first.root}/x'`), { code: 'EMFILE' });
  assert.equal((first.explain(short) as { code: string }).code, 'STORE_UNUSABLE');
});

test('openStore makes missing folders again, and refuses the store of another user', () => {
  const root = join(folder, 'parts');
  openStore(root).close();
  for (const name of ['tmp', 'blobs', 'locks']) rmSync(join(root, name), { recursive: true });
  using store = openStore(root);
  assert.equal(store.blobs.read(store.blobs.put('x')).toString(), 'x');
  assert.deepEqual(store.sweep().failed, []);
  rmSync(join(root, 'tmp'), { recursive: true });
  writeFileSync(join(root, 'tmp'), '');
  assert.throws(() => openStore(root), { code: 'STORE_UNUSABLE', hint: /move/ });
});

test('a store of another user is refused, unless it is opened to look or remove', { skip: process.geteuid?.() !== 0 }, () => {
  const root = join(folder, 'foreign');
  openStore(root).close();
  chownSync(join(root, 'oci-layout'), 1234, 1234);
  assert.throws(() => openStore(root), { code: 'STORE_FOREIGN', message: /id 1234/ });
  openStore(root, { foreign: true }).close();
});

test('migrate runs only the steps that are new; transaction takes back what threw', () => {
  using store = openStore(join(folder, 'migrate'));
  const db = store.db();
  migrate(db, 'a', ['CREATE TABLE a (x)']);
  migrate(db, 'a', ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y']);
  migrate(db, 'b', ['CREATE TABLE b (x)']);
  assert.throws(() =>
    transaction(db, () => {
      db.exec('INSERT INTO a VALUES (1, 2)');
      throw new Error('no');
    }),
  );
  assert.equal(db.prepare('SELECT count(*) AS n FROM a').get()?.['n'], 0);
});

test('images keeps names', () => {
  using store = openStore(join(folder, 'images'));
  store.images.set(['docker.io/library/b:1', 'docker.io/library/a:1'], { descriptor, createdAtMs: 5 });
  store.images.set('docker.io/library/b:1', { descriptor, createdAtMs: 6 });
  assert.deepEqual(store.images.get('docker.io/library/a:1'), { descriptor, createdAtMs: 5 });
  assert.deepEqual(store.images.list(), [
    { name: 'docker.io/library/a:1', descriptor, createdAtMs: 5 },
    { name: 'docker.io/library/b:1', descriptor, createdAtMs: 6 },
  ]);
  assert.equal(store.images.delete('docker.io/library/a:1'), true);
  assert.equal(store.images.delete('docker.io/library/a:1'), false);
  assert.equal(store.images.get('docker.io/library/a:1'), undefined);
});

test('sweep removes what a killed process left and spares the living', async () => {
  using store = openStore(join(folder, 'sweep'));
  const mine = store.tempDir();
  const program = `
    import { openStore } from ${door};
    globalThis.store = openStore(process.argv[1]);
    globalThis.held = store.tryLock('theirs');
    console.log(store.tempDir());
    store.blobs.writer().write(Buffer.from('partial'));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, store.root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const theirs = line.toString().trim();
  assert.equal(store.tryLock('theirs'), undefined);
  assert.deepEqual(store.sweep().removed, []);
  assert.ok(existsSync(theirs));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const orphan = join(store.root, 'tmp/orphan');
  mkdirSync(orphan);
  assert.deepEqual([...store.sweep().removed].sort(), [join(theirs, '..'), orphan].sort());
  assert.ok(!existsSync(theirs));
  assert.ok(existsSync(mine));
  assert.deepEqual(readdirSync(join(store.root, 'locks')), []);
  store.close();
  assert.deepEqual(readdirSync(join(store.root, 'tmp')), []);
});

test('exclusive is refused while there is a lease', async () => {
  using store = openStore(join(folder, 'lease'));
  using other = openStore(store.root);
  const leases = await Promise.all([store.lease(signal), other.lease(signal)]);
  await assert.rejects(other.exclusive(signal), { code: 'STORE_BUSY', family: 'resource', retryable: true });
  assert.equal(other.isLeased(), true);
  leases[0]?.release();
  const waiting = other.exclusive(signal, 60_000);
  leases[1]?.release();
  using prune = await waiting;
  assert.equal(store.tryLock('collection', 'shared'), undefined);
  prune.release();
  assert.equal(other.isLeased(), false);
  using lease = await store.lease(signal);
  assert.ok(lease);
});

const door = JSON.stringify(new URL('index.ts', import.meta.url).href);

test('db: a disk that is full while the database is made leaves none that is damaged', (t) => {
  const small = join(folder, 'small');
  mkdirSync(small);
  for (let sizeKB = 16; sizeKB <= 72; sizeKB += 8) {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKB}k`, 'tmpfs', small]).status !== 0) return t.skip('no right to mount a tmpfs');
    try {
      const said: string[] = [];
      assert.throws(
        () => {
          using full = openStore(small);
          full.images.set('a:1', { descriptor, createdAtMs: 5 });
          writeFileSync(join(small, 'fill'), Buffer.alloc(1 << 20));
        },
        { code: /DISK_FULL|ENOSPC/ },
      );
      spawnSync('mount', ['-o', 'remount,size=8m', small]);
      using store = openStore(small, { onHealed: (message) => said.push(message) });
      store.images.list();
      assert.deepEqual(said, [], `${sizeKB} kB`);
    } finally {
      spawnSync('umount', ['-l', small]);
    }
  }
});
