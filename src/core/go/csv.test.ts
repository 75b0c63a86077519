import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCsvLine } from './csv.ts';

describe('parseCsvLine', () => {
  for (const [text, fields] of [
    ['a,b', ['a', 'b']],
    ['a', ['a']],
    ['', ['']],
    ['a,', ['a', '']],
    [',', ['', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['a"b', undefined],
    ['"a', undefined],
    ['"a"b', undefined],
  ] as const) {
    it(JSON.stringify(text), () => {
      const line = parseCsvLine(text);
      assert.deepEqual('fields' in line ? line.fields : undefined, fields);
    });
  }
});
