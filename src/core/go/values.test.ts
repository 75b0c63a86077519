import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGoBool, parseRamBytes, parseUint32 } from './values.ts';

describe('parseGoBool', () => {
  for (const [text, value] of [
    ['1', true],
    ['T', true],
    ['True', true],
    ['0', false],
    ['FALSE', false],
    ['yes', undefined],
    ['tRUE', undefined],
    ['', undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.equal(parseGoBool(text), value));
  }
});

describe('parseUint32', () => {
  it('reads octal', () => assert.equal(parseUint32('0755', 8), 0o755));
  it('refuses signs, other digits, and what is too large', () => {
    for (const text of ['+1', '-1', '', '1_0', '0x1', '4294967296', '9'.repeat(30)]) assert.equal(parseUint32(text, 10), undefined, text);
    assert.equal(parseUint32('8', 8), undefined);
  });
});

describe('parseRamBytes', () => {
  for (const [text, bytes] of [
    ['512', 512],
    ['1k', 1024],
    ['64m', 64 * 1024 ** 2],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['2 MB', 2 * 1024 ** 2],
    ['1b', 1],
    ['', undefined],
    ['m', undefined],
    ['-1', undefined],
    ['1x', undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.equal(parseRamBytes(text), bytes));
  }
});
