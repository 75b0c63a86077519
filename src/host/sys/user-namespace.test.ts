import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subordinateRanges } from './user-namespace.ts';

const text = 'alice:100000:65536\n# comment\nbob:200000:65536\n1000:300000:10\nalice:400000:5\nalice:x:5\n';

test('subordinateRanges takes the lines of the account by name and number, after its own id', () => {
  assert.deepEqual(subordinateRanges(text, 1000, { uid: 1000, gid: 100, name: 'alice' }), [
    { inside: 0, outside: 1000, count: 1 },
    { inside: 1, outside: 100_000, count: 65_536 },
    { inside: 65_537, outside: 300_000, count: 10 },
    { inside: 65_547, outside: 400_000, count: 5 },
  ]);
});

test('subordinateRanges of an account without a line has its own id alone', () => {
  assert.deepEqual(subordinateRanges(text, 7, { uid: 7, gid: 7, name: undefined }), [{ inside: 0, outside: 7, count: 1 }]);
});
