import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventQueue } from './event-queue.ts';
import type { BuildEvent } from './events.ts';

function output(size: number, byte = 0): BuildEvent {
  return { kind: 'log', vertex: 'a', stream: 'stdout', data: Buffer.alloc(size, byte), timeMs: 0 };
}

function progress(current: number, id = 'x'): BuildEvent {
  return { kind: 'progress', vertex: 'a', id, action: 'downloading', current, timeMs: current };
}

const mebibyte = 1 << 20;

test('EventQueue: a reader that does not follow holds up output until it has read half of what waits', async () => {
  const queue = new EventQueue();
  const reader = queue[Symbol.asyncIterator]();
  const first = reader.next();
  for (let i = 0; i < 8; i++) assert.equal(queue.push(output(mebibyte / 8 - 256)), undefined);
  await first;
  assert.equal(queue.push(output(mebibyte / 8 - 256)), undefined);
  const pause = queue.push(output(1));
  assert.ok(pause);
  let isOver = false;
  void pause.over.then(() => (isOver = true));
  for (let i = 0; i < 4; i++) {
    await reader.next();
    assert.equal(isOver, false);
  }
  await reader.next();
  await pause.over;
});

test('EventQueue: small pieces count too', () => {
  const queue = new EventQueue();
  void queue[Symbol.asyncIterator]().next();
  let pieces = 0;
  while (queue.push(output(1)) === undefined) pieces++;
  assert.ok(pieces > 1000 && pieces < 10_000, String(pieces));
});

test('EventQueue: without a reader nothing is held up, and the newest output is kept', async () => {
  const queue = new EventQueue();
  queue.push({ kind: 'started', vertex: 'a', timeMs: 0 });
  for (let i = 0; i < 100; i++) assert.equal(queue.push(output(mebibyte / 10, i)), undefined);
  queue.end();
  const read: BuildEvent[] = [];
  for await (const event of queue) read.push(event);
  assert.equal(read[0]!.kind, 'started');
  assert.deepEqual(
    read.slice(1).map((event) => event.kind === 'log' && event.data[0]),
    [91, 92, 93, 94, 95, 96, 97, 98, 99],
  );
});

test('EventQueue: of progress that waits the newest counts, in the place of the first', async () => {
  const queue = new EventQueue();
  for (let i = 0; i < 1000; i++) queue.push(progress(i));
  queue.push(progress(1, 'y'));
  queue.push({ kind: 'done', vertex: 'a', timeMs: 0 });
  const reader = queue[Symbol.asyncIterator]();
  assert.deepEqual((await reader.next()).value, progress(999));
  queue.push(progress(1000));
  assert.deepEqual((await reader.next()).value, progress(1, 'y'));
  assert.equal(((await reader.next()).value as BuildEvent).kind, 'done');
  assert.deepEqual((await reader.next()).value, progress(1000));
});

test('EventQueue: a reader that leaves, the end and release let everything go on', async () => {
  for (const stop of ['leave', 'end', 'release'] as const) {
    const queue = new EventQueue();
    const reader = queue[Symbol.asyncIterator]();
    queue.push({ kind: 'started', vertex: 'a', timeMs: 0 });
    await reader.next();
    const pause = queue.push(output(2 * mebibyte));
    assert.ok(pause);
    if (stop === 'leave') await reader.return?.();
    else queue[stop]();
    await pause.over;
    assert.equal(queue.push(output(2 * mebibyte)), undefined);
  }
});

test('EventQueue: dropping output takes no longer where many other events wait', () => {
  const queue = new EventQueue();
  for (let i = 0; i < 20_000; i++) queue.push({ kind: 'started', vertex: String(i), timeMs: 0 });
  const before = process.threadCpuUsage();
  for (let i = 0; i < 50_000; i++) queue.push(output(1));
  const { user, system } = process.threadCpuUsage(before);
  assert.ok(user + system < 1_000_000, `it took ${(user + system) / 1000} ms of processor time`);
});
