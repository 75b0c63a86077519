import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestWord } from './nearest-word.ts';

test('nearestWord: neighbours, prefixes and nothing near', () => {
  const names = ['tag', 'target', 'build-arg', 'build-context', 'platform', 'push', 'no-cache'];
  const table: readonly (readonly [string, string | undefined])[] = [
    ['tagret', 'target'],
    ['plaform', 'platform'],
    ['tga', 'tag'],
    ['build-args', 'build-arg'],
    ['nocache', 'no-cache'],
    ['plat', 'platform'],
    ['xyz', undefined],
    ['something-else', undefined],
    ['a'.repeat(10_000), undefined],
  ];
  for (const [name, expected] of table) assert.equal(nearestWord(name, names), expected, name.slice(0, 20));
});
