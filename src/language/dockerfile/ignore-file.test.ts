import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIgnoreFile } from './ignore-file.ts';

describe('parseIgnoreFile', () => {
  for (const [what, text, patterns] of [
    ['drops comments and blank lines', '# a\n\n  \nb\n', ['b']],
    ['takes a # that does not stand first for a name', ' #a\n', ['#a']],
    ['trims, cleans, and drops the leading slash', '  /a//b/./c/ \n', ['a/b/c']],
    ['keeps ! in front of a clean pattern', '! /a/../b\n!', ['!b', '!']],
    ['skips a byte order mark', '\uFEFFa\r\nb', ['a', 'b']],
    ['leaves the root alone', '/\n.', ['/', '.']],
    ['keeps what leads out', '../a', ['../a']],
  ] as const) {
    it(what, () => assert.deepEqual(parseIgnoreFile(text), patterns));
  }
});
