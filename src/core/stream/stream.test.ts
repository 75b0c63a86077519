import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../oci/index.ts';
import { boundedPool } from './bounded-pool.ts';
import { verifyingStream } from './verify.ts';
import { limitBytes } from './limit.ts';
import { retry } from './retry.ts';
import { StreamError } from './error.ts';

async function* from(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(source)).toString();
}

const withCode = (code: string) => (error: unknown) => error instanceof StreamError && error.code === code;

test('limitBytes passes what fits and throws STREAM_LIMIT with the name of the limit', async () => {
  assert.equal(await collect(limitBytes('size', 6)(from('abc', 'def'))), 'abcdef');
  await assert.rejects(
    collect(limitBytes('page size', 5)(from('abc', 'def'))),
    (error: Error) => withCode('STREAM_LIMIT')(error) && error.message.includes('page size'),
  );
});

test('verifyingStream refuses to end before size and digest match', async () => {
  const digest = digestOf('abcdef');
  assert.equal(await collect(verifyingStream(digest, 6)(from('abc', 'def'))), 'abcdef');
  assert.equal(await collect(verifyingStream(digest)(from('abcdef'))), 'abcdef');
  await assert.rejects(collect(verifyingStream(digest, 6)(from('abc'))), withCode('STREAM_MISMATCH'));
  await assert.rejects(collect(verifyingStream(digest, 6)(from('abcdefg'))), withCode('STREAM_MISMATCH'));
  await assert.rejects(collect(verifyingStream(digest, 6)(from('abcdeX'))), withCode('STREAM_MISMATCH'));
});

test('retry backs off, honours retryAfterMs and stops at what is not retryable', async () => {
  const waits: number[] = [];
  const options = { random: () => 0, sleep: async (ms: number) => void waits.push(ms) };
  const failing = (errors: unknown[]) => async (attempt: number) => {
    const error = errors[attempt - 1];
    if (error !== undefined) throw error;
    return attempt;
  };
  assert.equal(await retry(failing([{ retryable: true }, { retryable: true, retryAfterMs: 7000 }, { retryable: true }]), options), 4);
  assert.deepEqual(waits, [125, 7000, 500]);
  await assert.rejects(retry(failing([{ retryable: false, n: 1 }]), options), { n: 1 });
  await assert.rejects(retry(failing([{ retryable: true }, { retryable: true, n: 2 }]), { ...options, attempts: 2 }), { n: 2 });
  await assert.rejects(retry(failing([{ retryable: true, retryAfterMs: 1e9 }]), options), { retryAfterMs: 1e9 });
});

test('retry stops waiting when aborted', async () => {
  const controller = new AbortController();
  const failing = retry(() => Promise.reject(Object.assign(new Error('x'), { retryable: true, retryAfterMs: 100_000 })), {
    signal: controller.signal,
    onRetry: () => queueMicrotask(() => controller.abort(new Error('stop'))),
  });
  await assert.rejects(failing, { message: 'stop' });
});

test('boundedPool runs at most so many at once, in order, and goes on after failures', async () => {
  const pool = boundedPool(2);
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const started: number[] = [];
  const jobs = gates.map((gate, i) =>
    pool.run(async () => {
      started.push(i);
      await gate.promise;
      return i;
    }),
  );
  assert.deepEqual(started, [0, 1]);
  gates[1]!.reject(new Error('one'));
  await assert.rejects(jobs[1]!, { message: 'one' });
  assert.deepEqual(started, [0, 1, 2]);
  for (const gate of gates) gate.resolve();
  assert.deepEqual(await Promise.all(jobs.filter((_, i) => i !== 1)), [0, 2, 3, 4]);
});

test('boundedPool does not start a job that was aborted while it waited', async () => {
  const pool = boundedPool(1);
  const gate = Promise.withResolvers<void>();
  const first = pool.run(() => gate.promise);
  const controller = new AbortController();
  const second = pool.run(() => Promise.reject(new Error('ran')), controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(second, { message: 'stop' });
  gate.resolve();
  await first;
  assert.equal(await pool.run(async () => 3), 3);
});
