import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileElement, hasWildcards } from './glob.ts';

/** From the tests of Go's path.Match, as far as they concern one element. */
const table: readonly [pattern: string, name: string, matches: boolean | 'bad'][] = [
  ['abc', 'abc', true],
  ['*', 'abc', true],
  ['*c', 'abc', true],
  ['a*', 'a', true],
  ['a*', 'abc', true],
  ['a*b*c*d*e*', 'axbxcxdxe', true],
  ['a*b?c*x', 'abxbbxdbxebxczzx', true],
  ['a*b?c*x', 'abxbbxdbxebxczzy', false],
  ['ab[c]', 'abc', true],
  ['ab[b-d]', 'abc', true],
  ['ab[e-g]', 'abc', false],
  ['ab[^c]', 'abc', false],
  ['ab[^b-d]', 'abc', false],
  ['ab[^e-g]', 'abc', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'ab', false],
  ['a?b', 'a☺b', true],
  ['a[^a]b', 'a☺b', true],
  ['a???b', 'a☺b', false],
  ['a[^a][^a][^a]b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['*[a-ζ]', 'A', false],
  ['[\\]a]', ']', true],
  ['[\\-]', '-', true],
  ['[x\\-]', 'x', true],
  ['[x\\-]', 'z', false],
  ['[]a]', ']', 'bad'],
  ['[-]', '-', 'bad'],
  ['[x-]', 'x', 'bad'],
  ['[-x]', 'x', 'bad'],
  ['\\', 'a', 'bad'],
  ['[a-b-c]', 'a', 'bad'],
  ['[', 'a', 'bad'],
  ['[^', 'a', 'bad'],
  ['[^bc', 'a', 'bad'],
  ['a[', 'ab', 'bad'],
  ['*x', 'xxx', true],
  ['.*', '.hid', true],
  ['*', '.hid', true],
  ['a.b', 'axb', false],
  ['[z-a]', 'm', false],
  ['a😀?', 'a😀b', true],
];

for (const [pattern, name, matches] of table) {
  test(`compileElement: ${pattern} and ${name}`, () => {
    if (matches === 'bad') assert.throws(() => compileElement(pattern), { code: 'PATTERN_INVALID' });
    else assert.equal(compileElement(pattern)(name), matches);
  });
}

test('hasWildcards: escaped ones do not count', () => {
  assert.deepEqual(['a*', 'a?', 'a[b]', 'a\\*', 'a\\\\*', 'a]', ''].map(hasWildcards), [true, true, true, false, true, false, false]);
});
