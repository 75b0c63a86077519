import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, quote, quoteNumber } from './go-format.ts';

test('formatDuration: as Go prints it', () => {
  const table: [number, string][] = [
    [0, '0s'],
    [1, '1ns'],
    [1500, '1.5µs'],
    [500e6, '500ms'],
    [1.5e9, '1.5s'],
    [60e9, '1m0s'],
    [90.5e9, '1m30.5s'],
    [3600e9, '1h0m0s'],
    [-2e9, '-2s'],
  ];
  for (const [value, text] of table) assert.equal(formatDuration(value), text);
});

test('quote: as %q', () => {
  assert.equal(quote('a"b\\c\t\n\u0007é\u0000\u00a0\u200b𝄞'), String.raw`"a\"b\\c\t\n\aé\x00\u00a0\u200b𝄞"`);
});

test('quoteNumber: as %q of a number', () => {
  assert.deepEqual([0, 3, 10, 39, 65, 127, -1].map(quoteNumber), ["'\\x00'", "'\\x03'", "'\\n'", "'\\''", "'A'", "'\\x7f'", "'\uFFFD'"]);
});
