import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { forwardSocket } from './agent-socket.ts';

test('forwardSocket passes bytes both ways, under a path of any length, and ends with open connections', async () => {
  const base = mkdtempSync(join(tmpdir(), 'ossb-socket-'));
  const folder = join(base, 'x'.repeat(120));
  mkdirSync(folder);
  const upstream = join(base, 'up');
  const server = createServer((socket) => socket.on('data', (data) => socket.write(`got ${data.toString()}`)));
  await new Promise<void>((resolve) => {
    server.listen(upstream, resolve);
  });
  const forward = await forwardSocket(join(folder, 's'), upstream, { mode: 0o604, uid: 0, gid: 0 });
  assert.equal(statSync(join(folder, 's')).mode & 0o777, 0o604);
  process.chdir(folder);
  const client = createConnection('s');
  client.write('hello');
  const [answer] = await new Promise<string[]>((resolve) => {
    client.once('data', (data) => resolve([data.toString()]));
  });
  assert.equal(answer, 'got hello');
  const closed = new Promise((resolve) => {
    client.once('close', resolve);
  });
  await forward[Symbol.asyncDispose]();
  await closed;
  assert.deepEqual(readdirSync(folder), []);
  server.close();
  process.chdir('/');
  rmSync(base, { recursive: true });
  assert.ok(!existsSync(base));
});
