import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRetryAfter } from './retry-after.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');

for (const [text, expected] of [
  [undefined, undefined],
  ['', undefined],
  ['0', 0],
  [' 120 ', 120_000],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
] as const) {
  test(`parseRetryAfter(${text})`, () => assert.equal(parseRetryAfter(text, nowMs), expected));
}
