import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { MatchError } from './error.ts';
import { ignoreMatcher } from './ignore-matcher.ts';

describe('ignored', () => {
  for (const [patterns, path, ignored] of [
    [['**'], 'a', true],
    [['**'], 'a/b', true],
    [['**/'], 'a/b', true],
    [['a/**'], 'a', false],
    [['a/**'], 'a/b/c', true],
    [['**/a'], 'a', true],
    [['**/a'], 'x/y/a', true],
    [['**/a'], 'xa', false],
    [['**a'], 'x/ya', true],
    [['a**'], 'abc/d', true],
    [['a/**/b'], 'a/b', true],
    [['a/**/b'], 'a/x/y/b', true],
    [['a/**/b'], 'a/xb', false],
    [['a**b'], 'ab', true],
    [['a**b'], 'a/x/b', true],
    [['a**b'], 'axb', false],
    [['*'], 'a/b', true],
    [['*/b'], 'a/b/c', true],
    [['*.log'], 'a/x.log', false],
    [['**/*.log'], 'a/x.log', true],
    [['a?c'], 'abc', true],
    [['a?c'], 'a/c', false],
    [['[a-c]'], 'b', true],
    [['[^a-c]'], 'b', false],
    [['a\\*b'], 'a*b', true],
    [['a\\*b'], 'axb', false],
    [['a.b'], 'axb', false],
    [['a+(b)|$'], 'a+(b)|$', true],
    [['dir'], 'dir/deep/file', true],
    [['a/b'], 'a', false],
    [['abc'], 'ab', false],
    [[' a '], 'a', true],
    [['./a/../b'], 'b', true],
    [['a', '!a/b'], 'a/b', false],
    [['a', '!a/b'], 'a/b/c', false],
    [['a', '!a/b', 'a/b/c'], 'a/b/c', true],
    [['*', '!*.md', 'README.md'], 'README.md', true],
    [['*', '!*.md', 'README.md'], 'x.md', false],
    [['!a', 'a'], 'a', true],
    [['**', '!**/keep'], 'x/keep', false],
    // a rule that could not change the verdict of a folder is not handed down to what is in it
    [['a', '!a/b/c', 'a/b'], 'a/b/c', false],
    [[], 'a', false],
    [['', ' '], 'a', false],
  ] as const) {
    it(`${JSON.stringify(patterns)} ${ignored ? 'ignores' : 'keeps'} ${path}`, () => assert.equal(ignoreMatcher(patterns).ignored(path), ignored));
  }

  for (const pattern of ['!', '[', 'a\\', '[]a]', '[b-a]', '!['])
    it(`refuses ${pattern}`, () =>
      assert.throws(
        () => ignoreMatcher([pattern]),
        (error) => error instanceof MatchError && error.code === 'BAD_PATTERN',
      ));

  it('gives one answer whatever was asked before', () => {
    const patterns = ['a', '!a/b', '**/*.log', '!a/b/keep.log'];
    const paths = ['a', 'a/b', 'a/b/x.log', 'a/b/keep.log', 'a/c', 'b', 'b/x.log', 'a/b'];
    const one = ignoreMatcher(patterns);
    for (const path of [...paths, ...paths.toReversed()]) assert.equal(one.ignored(path), ignoreMatcher(patterns).ignored(path), path);
  });
});

describe('canSkipFolder', () => {
  for (const [patterns, folder, skip] of [
    [['a'], 'a', true],
    [['a'], 'b', false],
    [['a', '!a/b'], 'a', false],
    [['a', '!b'], 'a', true],
    [['a', '!a/b/c'], 'a/b', false],
    [['a', '!a/b/c'], 'a/x', true],
    [['a', '!a/b/**'], 'a', false],
    [['a', '!**/keep'], 'a', false],
    [['*', '!a/b/*'], 'a', false],
    [['*', '!a/b/*'], 'c', true],
  ] as const) {
    it(`${JSON.stringify(patterns)} ${skip ? 'skips' : 'reads'} ${folder}`, () => assert.equal(ignoreMatcher(patterns).canSkipFolder(folder), skip));
  }
});

describe('ignoreMatcher and a plain reference', () => {
  const part = fc.constantFrom('a', 'b', 'ab', 'c.x');
  const wildcard = fc.constantFrom('a', 'b', '*', '?', 'a*', '*.x', '[ab]', '[^a]', 'ab', '**', 'a?');
  const path = fc.array(part, { minLength: 1, maxLength: 4 });
  const pattern = fc.tuple(fc.boolean(), fc.array(wildcard, { minLength: 1, maxLength: 4 })).map(([exception, parts]) => ({ exception, parts }));

  it('agree', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, (patterns, parts) => {
        const matcher = ignoreMatcher(patterns.map(({ exception, parts }) => `${exception ? '!' : ''}${parts.join('/')}`));
        assert.equal(matcher.ignored(parts.join('/')), referenceIgnored(patterns, parts));
      }),
      { numRuns: 3000 },
    );
  });

  it('skip no folder that holds something kept', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, (patterns, parts) => {
        const matcher = ignoreMatcher(patterns.map(({ exception, parts }) => `${exception ? '!' : ''}${parts.join('/')}`));
        if (matcher.ignored(parts.join('/'))) return;
        for (let end = 1; end < parts.length; end += 1) assert.equal(matcher.canSkipFolder(parts.slice(0, end).join('/')), false);
      }),
      { numRuns: 2000 },
    );
  });
});

interface Reference {
  readonly exception: boolean;
  readonly parts: readonly string[];
}

/** Which rules hold at a path: those that held above it, and those that match it and would change the verdict so far. */
function referenceHolds(patterns: readonly Reference[], parts: readonly string[]): boolean[] {
  if (parts.length === 0) return patterns.map(() => false);
  const above = referenceHolds(patterns, parts.slice(0, -1));
  let ignored = false;
  return patterns.map(({ exception, parts: wanted }, index) => {
    const holds = above[index]! || (exception === ignored && matchParts(wanted, parts));
    if (holds) ignored = !exception;
    return holds;
  });
}

function referenceIgnored(patterns: readonly Reference[], parts: readonly string[]): boolean {
  const last = referenceHolds(patterns, parts).lastIndexOf(true);
  return last >= 0 && !patterns[last]!.exception;
}

function matchParts(wanted: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return parts.length === 0;
  if (first === '**') {
    if (rest.length === 0) return parts.length > 0;
    return parts.some((_, index) => matchParts(rest, parts.slice(index)));
  }
  return parts.length > 0 && matchText(first, parts[0]!) && matchParts(rest, parts.slice(1));
}

function matchText(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) return matchText(pattern.slice(1), text) || (text !== '' && matchText(pattern, text.slice(1)));
  if (text === '') return false;
  if (pattern.startsWith('[ab]')) return 'ab'.includes(text[0]!) && matchText(pattern.slice(4), text.slice(1));
  if (pattern.startsWith('[^a]')) return text[0] !== 'a' && matchText(pattern.slice(4), text.slice(1));
  return (pattern[0] === '?' || pattern[0] === text[0]) && matchText(pattern.slice(1), text.slice(1));
}
