import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputLimit } from './output-limit.ts';
import { StepOutput } from './step-output.ts';

const text = (data: Uint8Array): string => Buffer.from(data).toString();

test('OutputLimit cuts what is too fast until the next second, and counts what it dropped', () => {
  let nowMs = 0;
  const limit = new OutputLimit({ maxBytes: 100, maxBytesPerSecond: 10 }, () => nowMs);
  assert.equal(text(limit.push(Buffer.from('12345'))), '12345');
  assert.equal(text(limit.push(Buffer.from('67890abc'))), '67890\n[output clipped, log limit 10B/s reached]\n');
  assert.equal(text(limit.push(Buffer.from('d'))), '');
  nowMs = 1500;
  assert.equal(text(limit.push(Buffer.from('ef'))), 'ef');
  assert.equal(text(limit.push(Buffer.from('g'.repeat(10)))), 'gggg\n[output clipped, log limit 10B/s reached]\n');
  assert.equal(limit.isSpent, false);
});

test('OutputLimit ends a stream that is too long', () => {
  let nowMs = 0;
  const limit = new OutputLimit({ maxBytes: 2 * 1024 * 1024, maxBytesPerSecond: 200 * 1024 }, () => nowMs);
  assert.match(text(limit.push(Buffer.alloc(300 * 1024, 'x'))), /x\n\[output clipped, log limit 200KiB\/s reached\]\n$/);
  nowMs = 60_000;
  assert.equal(limit.push(Buffer.alloc(1024 * 1024)).length, 1024 * 1024);
  assert.match(text(limit.push(Buffer.alloc(2 * 1024 * 1024, 'x'))), /^x{700000,}\n\[output clipped, log limit 2MiB reached\]\n$/);
  assert.equal(limit.isSpent, true);
  nowMs = 600_000;
  assert.equal(text(limit.push(Buffer.from('more'))), '');
});

test('OutputLimit without limits shows all', () => {
  const limit = new OutputLimit({}, () => 0);
  assert.equal(limit.push(Buffer.alloc(10_000_000)).length, 10_000_000);
  assert.equal(limit.isSpent, false);
});

test('StepOutput never shows a part of a secret, wherever output is cut', () => {
  const secret = 'hunter2-is-the-secret';
  for (let maxBytes = 0; maxBytes < 40; maxBytes += 1) {
    let shown = '';
    const output = new StepOutput({ secretValues: [Buffer.from(secret)], outputLimits: { maxBytes } }, (_, data) => void (shown += text(data)));
    for (const byte of Buffer.from(`0123456789${secret}more`)) void output.write('stdout', Uint8Array.of(byte));
    output.end();
    assert.ok(!shown.includes('hu') && '0123456789***more'.startsWith(shown.split('\n')[0]!), shown);
  }
});
