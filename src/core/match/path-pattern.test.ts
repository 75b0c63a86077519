import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { MatchError } from './error.ts';
import { hasWildcards, matchPattern } from './path-pattern.ts';

describe('matchPattern', () => {
  for (const [pattern, name, matches] of [
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'z', false],
    ['[!a]', '!', true],
    ['[z-a]', 'z', false],
    ['**', 'a/b', false],
    ['a.c', 'abc', false],
    ['(a|b)', '(a|b)', true],
    ['$^', '$^', true],
    ['a[^a][^a][^a]b', 'a☺b', false],
    ['[x\\-]', 'x', true],
    ['.*', '.hid', true],
    ['*', '.hid', true],
    ['a😀?', 'a😀b', true],
  ] as const) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${name}`, () => assert.equal(matchPattern(pattern, name), matches));
  }
  for (const pattern of ['[', '[a', '[]a]', '[-]', '[x-]', '[-x]', 'a\\', '[^', '[a-', '[\\', 'a[', '\\', '[a-b-c]', '[^bc']) {
    it(`refuses ${pattern}`, () =>
      assert.throws(
        () => matchPattern(pattern, 'a'),
        (error) => error instanceof MatchError && error.code === 'BAD_PATTERN',
      ));
  }
});

test('hasWildcards: escaped ones do not count', () => {
  assert.deepEqual(['a*', 'a?', 'a[b]', 'a\\*', 'a\\\\*', 'a]', ''].map(hasWildcards), [true, true, true, false, true, false, false]);
});
