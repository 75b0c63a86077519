import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findProgram } from '../../host/sys/index.ts';
import { forwardAgent } from './agent-socket.ts';

const message = (type: number, content: Uint8Array = new Uint8Array(0)): Buffer => {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(1 + content.length);
  header[4] = type;
  return Buffer.concat([header, content]);
};
const failure = message(5).toString('hex');

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-agent-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A stand-in for an agent that answers each request with itself, and keeps what it was asked. */
async function echoAgent(t: TestContext, folder: string): Promise<{ readonly path: string; readonly seen: () => string }> {
  const path = join(folder, 'up');
  let seen = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      seen += data.toString('hex');
      socket.write(data);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  t.after(() => server.close());
  return { path, seen: () => seen };
}

function connect(t: TestContext, path: string): Socket {
  const client = createConnection(path);
  client.on('error', () => {});
  t.after(() => client.destroy());
  return client;
}

/** What comes back until there are `bytes`, or the connection ends. */
async function answers(client: Socket, bytes: number): Promise<string> {
  let all: Buffer = Buffer.alloc(0);
  return new Promise((resolve) => {
    client.on('data', (data: Buffer) => {
      all = Buffer.concat([all, data]);
      if (all.length >= bytes) resolve(all.toString('hex'));
    });
    client.once('close', () => resolve(all.toString('hex')));
  });
}

test('forwardAgent passes requests to list and to sign and no other, in order and in any pieces', async (t) => {
  const folder = scratch(t);
  const agent = await echoAgent(t, folder);
  await using _forward = await forwardAgent(join(folder, 's'), agent.path, { mode: 0o600, uid: 0, gid: 0 });
  const [list, sign] = [message(11), message(13, Buffer.alloc(100_000, 7))];
  // Add, remove, remove all, add and remove of smartcards, lock, unlock, constrained ones, extensions, and numbers that are none.
  const refused = [17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 0, 1, 9, 255].map((type) => message(type, Buffer.from('content')));
  const requests = [list, ...refused, sign, message(19), list];
  const expected = [list.toString('hex'), ...refused.map(() => failure), sign.toString('hex'), failure, list.toString('hex')].join('');
  const client = connect(t, join(folder, 's'));
  const got = answers(client, expected.length / 2);
  const all = Buffer.concat(requests);
  for (let at = 0; at < all.length; at += 3001) client.write(all.subarray(at, at + 3001));
  assert.equal(await got, expected);
  assert.equal(agent.seen(), Buffer.concat([list, sign, list]).toString('hex'));
});

test('forwardAgent closes on lengths that no message has, and asks the agent for nothing half', async (t) => {
  const folder = scratch(t);
  const agent = await echoAgent(t, folder);
  await using _forward = await forwardAgent(join(folder, 's'), agent.path, { mode: 0o600, uid: 0, gid: 0 });
  for (const head of ['00000000', 'ffffffff0b', '000400010b', '7fffffff']) {
    const client = connect(t, join(folder, 's'));
    client.write(Buffer.from(head, 'hex'));
    assert.equal(await answers(client, 1), '', head);
  }
  const half = connect(t, join(folder, 's'));
  half.end(message(13, Buffer.alloc(10)).subarray(0, 12));
  assert.equal(await answers(half, 1), '');
  assert.equal(agent.seen(), '');
});

test('forwardAgent holds no flood in memory, and closes what is more than its connections', async (t) => {
  const folder = scratch(t);
  const agent = await echoAgent(t, folder);
  await using _forward = await forwardAgent(join(folder, 's'), agent.path, { mode: 0o600, uid: 0, gid: 0 });
  const flood = connect(t, join(folder, 's'));
  const many = Buffer.concat(Array.from({ length: 10_000 }, () => message(19)));
  // Nobody reads the answers: what is written comes to a halt at the buffers of the kernel.
  let left = 200;
  const write = (): void => {
    if (left > 0) flood.write(many, () => (left--, write()));
  };
  write();
  // The halt shows by others being answered again and again while nothing more of the flood is taken.
  const other = connect(t, join(folder, 's'));
  for (let sameFor = 0, before = left; left > 0 && sameFor < 50; sameFor = left === before ? sameFor + 1 : 0) {
    before = left;
    const answer = once(other, 'data');
    other.write(message(11));
    assert.deepEqual(await answer, [message(11)]);
  }
  assert.ok(left > 0, 'the flood was taken');
  const clients = Array.from({ length: 100 }, () => connect(t, join(folder, 's')));
  const closed = clients.map((client) => new Promise((resolve) => client.once('close', () => resolve(true))));
  await Promise.any(closed);
});

test('forwardAgent has owner and mode under a path of any length, and ends with open connections', async (t) => {
  const base = scratch(t);
  const folder = join(base, 'x'.repeat(120));
  mkdirSync(folder);
  const agent = await echoAgent(t, base);
  const forward = await forwardAgent(join(folder, 's'), agent.path, { mode: 0o604, uid: 0, gid: 0 });
  assert.equal(statSync(join(folder, 's')).mode & 0o777, 0o604);
  const before = process.cwd();
  process.chdir(folder);
  const client = connect(t, 's');
  process.chdir(before);
  client.write(message(11));
  assert.equal(await answers(client, 5), message(11).toString('hex'));
  const closed = new Promise((resolve) => {
    client.once('close', resolve);
  });
  await forward[Symbol.asyncDispose]();
  await closed;
  assert.deepEqual(readdirSync(folder), []);
});

const openssh = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every((name) => findProgram(name, process.env['PATH']) !== undefined);

test(
  'a step that is given the agent of OpenSSH can list and sign, and not empty it',
  { skip: openssh ? false : 'openssh-client is not installed' },
  async (t) => {
    const folder = scratch(t);
    const [key, other] = [join(folder, 'key'), join(folder, 'other')];
    for (const path of [key, other]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', path, '-f', path]);
    const real = join(folder, 'real');
    const agent = spawn('ssh-agent', ['-D', '-a', real], { stdio: 'ignore' });
    t.after(() => agent.kill());
    const add = (socket: string, ...args: string[]): Promise<{ status: number | null; text: string }> => {
      const child = spawn('ssh-add', args, { env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never' }, stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => void (text += data.toString()));
      return new Promise((resolve) => {
        child.once('close', (status) => resolve({ status, text }));
      });
    };
    while ((await add(real, '-q', key)).status !== 0) await new Promise(setImmediate);
    const path = join(folder, 's');
    await using _forward = await forwardAgent(path, real, { mode: 0o600, uid: 0, gid: 0 });
    const listed = await add(real, '-l');
    assert.deepEqual(await add(path, '-l'), listed);
    for (const args of [['-D'], ['-d', key], ['-q', other], ['-x']]) assert.notEqual((await add(path, ...args)).status, 0, args.join(' '));
    assert.deepEqual(await add(path, '-l'), listed);
    rmSync(key);
    writeFileSync(join(folder, 'text'), 'signed\n');
    const sign = spawn('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'file', '-f', `${key}.pub`, join(folder, 'text')], {
      env: { ...process.env, SSH_AUTH_SOCK: path },
    });
    assert.equal(await new Promise((resolve) => sign.once('close', resolve)), 0);
    const verify = ['-Y', 'check-novalidate', '-n', 'file', '-s', join(folder, 'text.sig')];
    assert.equal(spawnSync('ssh-keygen', verify, { input: 'signed\n' }).status, 0);
  },
);
