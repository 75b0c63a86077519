import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepLog } from './step-log.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

test('StepLog: lines are put together over chunks and streams', () => {
  const log = new StepLog();
  assert.deepEqual(log.push('stdout', bytes('one\ntw'), 1), [{ timeMs: 1, text: 'one' }]);
  assert.deepEqual(log.push('stderr', bytes('err\n'), 2), [{ timeMs: 2, text: 'err' }]);
  assert.deepEqual(log.push('stdout', bytes('o\r\nlast'), 3), [{ timeMs: 3, text: 'two' }]);
  assert.deepEqual(
    log.tail(2).map((line) => line.text),
    ['two', 'last'],
  );
  assert.deepEqual(log.end(), [{ timeMs: 3, text: 'last' }]);
  assert.equal(log.count, 4);
});

test('StepLog: characters may be cut anywhere, and bytes that are no UTF-8 are replaced', () => {
  const log = new StepLog();
  const word = bytes('漢\n');
  assert.deepEqual(log.push('stdout', word.subarray(0, 2), 1), []);
  assert.deepEqual(log.push('stdout', word.subarray(2), 2), [{ timeMs: 2, text: '漢' }]);
  assert.deepEqual(log.push('stdout', Uint8Array.of(0xff, 0x0a), 3), [{ timeMs: 3, text: '\ufffd' }]);
});

test('StepLog: a carriage return overwrites', () => {
  const log = new StepLog();
  assert.deepEqual(log.push('stdout', bytes('10%\r50%\r100%\r\n'), 1), [{ timeMs: 1, text: '100%' }]);
});

test('StepLog: memory is bounded for endless lines and endless output', () => {
  const log = new StepLog();
  let lines = 0;
  for (let i = 0; i < 100; i++) lines += log.push('stdout', bytes('x'.repeat(100_000)), i).length;
  assert.ok(lines >= 600 && lines <= 620);
  for (let i = 0; i < 1000; i++) log.push('stdout', bytes('line\n'.repeat(50)), i);
  assert.ok(log.tail(10_000).length <= 200);
  assert.ok(log.count > 50_000);
});
