import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlatform, type Index } from '../../core/oci/index.ts';
import { blobOf } from './client-setup.ts';
import { selectPlatform } from './select-platform.ts';

const linux = { os: 'linux', architecture: 'amd64' };

function indexOf(...platforms: readonly (string | undefined)[]): Index {
  const manifests = platforms.map((text, i) => {
    const entry = { ...blobOf(String(i)), mediaType: String(i) };
    if (text === undefined) return entry;
    return text === 'attestation'
      ? { ...entry, platform: { os: 'unknown', architecture: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }
      : { ...entry, platform: parsePlatform(text, linux) };
  });
  return { schemaVersion: 2, manifests };
}

for (const [wanted, offered, expected] of [
  ['linux/amd64', ['linux/arm64', 'linux/amd64', 'linux/amd64'], 1],
  ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7'], 2],
  ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6'], 1],
  ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4'], 1],
  ['linux/amd64', ['attestation', undefined], 1],
  ['linux/amd64', [undefined, 'linux/amd64'], 1],
] as const) {
  test(`selectPlatform for ${wanted} of ${offered.join(' ')} takes number ${expected}`, () => {
    assert.equal(selectPlatform(indexOf(...offered), parsePlatform(wanted, linux), 'x').mediaType, String(expected));
  });
}

test('selectPlatform reports what is offered', () => {
  assert.throws(() => selectPlatform(indexOf('linux/arm64', 'linux/s390x', 'attestation'), linux, 'a:1'), {
    code: 'PLATFORM_UNKNOWN',
    message: 'Cannot use a:1: it is not made for linux/amd64, but for linux/arm64, linux/s390x',
  });
  assert.throws(() => selectPlatform(indexOf('linux/arm/v7'), parsePlatform('linux/arm/v6', linux), 'a:1'), { code: 'PLATFORM_UNKNOWN' });
});
