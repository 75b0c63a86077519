import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFileUpTo, whyUnreadable } from './read-file.ts';

test('readFileUpTo: a whole file up to the limit, and none beyond it, also where its size says nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-read-'));
  try {
    const file = join(folder, 'a');
    writeFileSync(file, 'x'.repeat(100_000));
    assert.equal(readFileUpTo(file, 100_000)?.length, 100_000);
    assert.equal(readFileUpTo(file, 99_999), undefined);
    assert.equal(readFileUpTo('/dev/null', 10)?.length, 0);
    assert.equal(readFileUpTo('/dev/zero', 1_000_000), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('whyUnreadable: names what was found, and lets other errors through', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-read-'));
  const why = (name: string): string => {
    try {
      readFileUpTo(join(folder, name), 10);
    } catch (error) {
      return whyUnreadable(error);
    }
    return 'readable';
  };
  try {
    mkdirSync(join(folder, 'dir'));
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    assert.deepEqual(['file', 'dir', 'loop', 'dangling', 'file/x'].map(why), [
      'readable',
      'is a folder',
      'is a symlink that leads back to itself',
      'is not there, or is a symlink to what is not there',
      'is not there: a part of its path is no folder',
    ]);
    assert.throws(() => whyUnreadable(new TypeError('a fault of ours')), TypeError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
