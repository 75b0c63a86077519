import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, hexOf, isDigest, parseDigest } from './digest.ts';
import { layerCompression, layerMediaType, mediaTypes } from './media-type.ts';

test('digestOf: the digest of nothing', () => {
  assert.equal(digestOf(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(hexOf(digestOf('')).length, 64);
});

test('parseDigest: refuses other algorithms, upper case and short ones', () => {
  for (const text of ['sha512:' + 'a'.repeat(128), 'sha256:' + 'A'.repeat(64), 'sha256:aa', '', 'a'.repeat(64), `sha256:${'a'.repeat(64)}\n`]) {
    assert.equal(isDigest(text), false);
    assert.throws(() => parseDigest(text), { code: 'DIGEST_INVALID' });
  }
});

test('layerMediaType and layerCompression: each undoes the other', () => {
  for (const family of ['oci', 'docker'] as const) {
    for (const compression of ['none', 'gzip', 'zstd'] as const) assert.equal(layerCompression(layerMediaType(compression, family)), compression);
  }
  assert.equal(layerCompression(mediaTypes.ociConfig), undefined);
  assert.equal(layerCompression('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'), 'gzip');
});
