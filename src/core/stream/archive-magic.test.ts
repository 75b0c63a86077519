import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionOf } from './archive-magic.ts';

test('compressionOf: by the first bytes', () => {
  const table: readonly (readonly [head: Uint8Array, expected: string | undefined])[] = [
    [gzipSync('x'), 'gzip'],
    [zstdCompressSync('x'), 'zstd'],
    [Buffer.from('502a4d1804000000', 'hex'), 'zstd'],
    [Buffer.from('5f2a4d1804000000', 'hex'), 'zstd'],
    [Buffer.from('602a4d1804000000', 'hex'), undefined],
    [Buffer.from('BZh9'), 'bzip2'],
    [Buffer.from('fd377a585a000004', 'hex'), 'xz'],
    [Buffer.from('fd377a585a', 'hex'), undefined],
    [Buffer.from('FROM scratch'), undefined],
    [Buffer.alloc(0), undefined],
  ];
  for (const [head, expected] of table) assert.equal(compressionOf(head), expected, Buffer.from(head).toString('hex'));
});
