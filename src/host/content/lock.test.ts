import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lock, tryLock } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'ossb-lock-'));
after(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;

test('tryLock gives an exclusive lock to one holder at a time and removes its file', () => {
  const path = join(folder, 'a');
  const first = tryLock(path);
  assert.ok(first);
  assert.equal(tryLock(path), undefined);
  assert.equal(tryLock(path, 'shared'), undefined);
  first.release();
  first.release();
  assert.ok(!existsSync(path));
  using second = tryLock(path);
  assert.ok(second);
});

test('tryLock gives a shared lock to many, and then no exclusive one', () => {
  const path = join(folder, 'b');
  const readers = [tryLock(path, 'shared'), tryLock(path, 'shared')];
  assert.ok(readers.every(Boolean));
  assert.equal(tryLock(path), undefined);
  for (const reader of readers) reader?.release();
  using writer = tryLock(path);
  assert.ok(writer);
});

test('lock ends with the reason of its signal', async () => {
  using held = tryLock(join(folder, 'c'));
  assert.ok(held);
  const abort = new AbortController();
  const waiting = lock(held.path, abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
});

test('a lock of a killed process is free', async () => {
  const path = join(folder, 'd');
  const child = node(
    `import { tryLock } from ${lockModule}; globalThis.held = tryLock(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`,
    path,
  );
  await once(child.stdout, 'data');
  assert.equal(tryLock(path), undefined);
  child.kill('SIGKILL');
  await once(child, 'exit');
  using mine = await lock(path, signal);
  assert.ok(mine);
});

test('lock lets no two of several processes in at once', async () => {
  const counter = join(folder, 'counter');
  writeFileSync(counter, '0');
  const program = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { lock } from ${lockModule};
    for (let i = 0; i < 25; i++) {
      using held = await lock(process.argv[1] + '.lock', new AbortController().signal);
      writeFileSync(process.argv[1], String(Number(readFileSync(process.argv[1], 'utf8')) + 1));
    }`;
  const children = Array.from({ length: 4 }, () => node(program, counter));
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.equal(readFileSync(counter, 'utf8'), '100');
});

const lockModule = JSON.stringify(new URL('lock.ts', import.meta.url).href);

function node(program: string, argument: string) {
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', program, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
}
