import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGitReference, type GitReference } from './git-reference.ts';

const table: readonly [string, GitReference | undefined][] = [
  ['https://h.org/o/r.git', { url: 'https://h.org/o/r.git' }],
  ['https://h.org/o/r.git#main:sub/dir', { url: 'https://h.org/o/r.git', ref: 'main', subdir: 'sub/dir' }],
  ['https://h.org/o/r.git#:sub', { url: 'https://h.org/o/r.git', subdir: 'sub' }],
  ['https://u:p@h.org:8443/r.git', { url: 'https://u:p@h.org:8443/r.git' }],
  ['http://h.org/r.git', { url: 'http://h.org/r.git' }],
  ['https://h.org/o/r', undefined],
  ['https://h.org/r.git/x', undefined],
  ['git://h.org/r', { url: 'git://h.org/r' }],
  ['ssh://git@h.org:22/r#v1', { url: 'ssh://git@h.org:22/r', ref: 'v1' }],
  ['git@h.org:o/r.git#v1:sub', { url: 'git@h.org:o/r.git', ref: 'v1', subdir: 'sub' }],
  ['./git@h.org:x', undefined],
  ['dir/file.git', undefined],
  ['ftp://h.org/r.git', undefined],
  ['https://h.org/r.git?ref=v1&subdir=a', { url: 'https://h.org/r.git', ref: 'v1', subdir: 'a' }],
  ['https://h.org/r.git?tag=v1', { url: 'https://h.org/r.git', ref: 'refs/tags/v1' }],
  ['https://h.org/r.git?branch=b&commit=abc&fetch-by-commit=1', { url: 'https://h.org/r.git', ref: 'refs/heads/b', checksum: 'abc', fetchByCommit: true }],
  ['https://h.org/r.git?checksum=abc', { url: 'https://h.org/r.git', ref: 'abc', checksum: 'abc' }],
  ['https://h.org/r.git?keep-git-dir&submodules=false&mtime=commit', { url: 'https://h.org/r.git', keepGitDir: true, submodules: false, mtime: 'commit' }],
];
for (const [text, expected] of table) test(`parseGitReference: ${text}`, () => assert.deepEqual(parseGitReference(text), expected));

test('parseGitReference: any URL where it is known to be a repository', () => {
  assert.deepEqual(parseGitReference('https://h.org/r', { knownGit: true }), { url: 'https://h.org/r' });
});

const faults = ['what=1', 'ref=', 'ref=a&ref=b', 'tag=a&branch=b', 'ref=a&tag=b', 'submodules=maybe', 'mtime=never'];
for (const query of faults) {
  test(`parseGitReference: ?${query} is refused`, () => assert.throws(() => parseGitReference(`https://h.org/r.git?${query}`), { code: 'GIT_REFERENCE' }));
}
