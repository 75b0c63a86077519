import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanGoPath } from './path.ts';

describe('cleanGoPath', () => {
  for (const [path, clean] of [
    ['', '.'],
    ['.', '.'],
    ['a//b/', 'a/b'],
    ['./a/../b', 'b'],
    ['/', '/'],
    ['//a', '/a'],
    ['/../a', '/a'],
    ['../../a', '../../a'],
    ['a/../..', '..'],
    ['a/..', '.'],
  ] as const) {
    it(`${JSON.stringify(path)} is ${clean}`, () => assert.equal(cleanGoPath(path), clean));
  }
});
