import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolders } from './make-folders.ts';

test('makeFolders: makes what is missing, with the mode, and returns the first', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ossb-folders-'));
  t.after(() => rmSync(root, { recursive: true }));
  assert.equal(makeFolders(join(root, 'a/b/c'), 0o700), join(root, 'a'));
  assert.equal(statSync(join(root, 'a/b')).mode & 0o777, 0o700);
  assert.equal(makeFolders(join(root, 'a/b/c')), undefined);
  assert.equal(makeFolders(join(root, 'a/b/d')), join(root, 'a/b/d'));
});

test('makeFolders: a file, a link that leads nowhere and a filesystem without new folders are errors', { timeout: 5000 }, (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ossb-folders-'));
  t.after(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'file'), '');
  symlinkSync('nowhere', join(root, 'link'));
  assert.throws(() => makeFolders(join(root, 'file')), { code: 'EEXIST' });
  assert.throws(() => makeFolders(join(root, 'file/x')), { code: 'EEXIST' });
  assert.throws(() => makeFolders(join(root, 'link/x')), { code: 'EEXIST' });
  assert.throws(() => makeFolders('/proc/none/x'), { code: 'ENOENT' });
});
