import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectCheck, detectSyntax } from './directive.ts';

describe('detectSyntax', () => {
  for (const [what, text, image, line] of [
    ['the first line', '# syntax=a/b:1\nFROM x', 'a/b:1', 1],
    ['blanks and case', '#SYNTAX  =  a/b:1  \n', 'a/b:1', 1],
    ['what follows a blank is for the frontend', '# syntax=a/b:1 --x\n', 'a/b:1', 1],
    ['after another directive', '# escape=`\n# syntax=a\n', 'a', 2],
    ['after a #! line', '#!/usr/bin/env x\n# syntax=a\n', 'a', 2],
    ['after a byte order mark', '\uFEFF# syntax=a\n', 'a', 1],
    ['with //', '// syntax=a\n{}', 'a', 1],
    ['with // after a #! line', '#!x\n//syntax=a\n', 'a', 2],
    ['in JSON', '{"syntax": "a", "x": [1]}', 'a', 1],
    ['in JSON after a #! line', '#!x\n{"syntax": "a"}\n', 'a', 1],
  ] as const) {
    it(what, () => {
      const found = detectSyntax(text);
      assert.deepEqual([found?.image, found?.line], [image, line]);
    });
  }
  for (const [what, text] of [
    ['after a comment', '# x\n# syntax=a\n'],
    ['after an empty line', '\n# syntax=a\n'],
    ['after an unknown directive', '# foo=b\n# syntax=a\n'],
    ['indented', ' # syntax=a\n'],
    ['no text in JSON', '{"syntax": 1}'],
    ['no JSON', '{"syntax": "a"'],
    ['without value', '# syntax=\nFROM x'],
    ['after a second #! line', '#!x\n#!y\n# syntax=a\n'],
  ] as const) {
    it(`nothing: ${what}`, () => assert.equal(detectSyntax(text), undefined));
  }
  it('gives the whole value as command line', () => assert.equal(detectSyntax('# syntax=a b c\n')?.commandLine, 'a b c'));
});

describe('detectCheck', () => {
  it('reads up to a blank', () => assert.equal(detectCheck('# check=skip=A, B\n'), 'skip=A,'));
  it('reads after a #! line', () => assert.equal(detectCheck('#!x\n# check=error=true\n'), 'error=true'));
  it('knows no other comment than #', () => assert.equal(detectCheck('// check=skip=all\n'), undefined));
});
