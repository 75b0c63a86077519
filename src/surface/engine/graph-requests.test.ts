import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBuiltInArgs, type BuiltInArgs } from '../request/index.ts';
import { RequestError } from '../request/index.ts';
import { givenBuildArgs } from '../request/index.ts';
import { makeGraphRequests } from './graph-requests.ts';
import type { BuildRequest } from '../request/index.ts';
import type { Settings } from '../request/index.ts';

const table: readonly [args: Readonly<Record<string, string>>, Partial<BuiltInArgs>][] = [
  [{}, {}],
  [{ BUILDKIT_MULTI_PLATFORM: '1' }, { multiPlatform: true }],
  [{ BUILDKIT_MULTI_PLATFORM: 'False' }, { multiPlatform: false }],
  [{ BUILDKIT_MULTI_PLATFORM: '' }, {}],
  [{ BUILDKIT_CACHE_MOUNT_NS: 'team' }, { cacheMountNamespace: 'team' }],
  [{ BUILDKIT_SANDBOX_HOSTNAME: 'builder' }, { hostname: 'builder' }],
  [{ BUILDKIT_CONTEXT_KEEP_GIT_DIR: 'true' }, { keepGitDir: true }],
  [{ BUILDKIT_CONTEXT_KEEP_GIT_DIR: 'yes' }, {}],
  [{ BUILDKIT_BUILD_NAME: 'nightly', BUILDKIT_SBOM_SCAN_STAGE: 'true', BUILDKIT_INLINE_CACHE: '0', BUILDKIT_ATTEST_SBOM: 'disabled=true' }, {}],
  [{ BUILDKIT_ATTEST_PROVENANCE: 'false' }, {}],
];
for (const [args, expected] of table) {
  test(`readBuiltInArgs: ${JSON.stringify(args)}`, () => assert.deepEqual(readBuiltInArgs(args), { keepGitDir: false, withoutEffect: [], ...expected }));
}

test('readBuiltInArgs: what asks for something that is not made is named', () => {
  const { withoutEffect } = readBuiltInArgs({ BUILDKIT_INLINE_CACHE: '1', BUILDKIT_ATTEST_SBOM: '', BUILDKIT_ATTEST_PROVENANCE: 'mode=max' });
  assert.deepEqual(
    withoutEffect.map((text) => text.split(' ')[0]),
    ['BUILDKIT_INLINE_CACHE', 'BUILDKIT_ATTEST_SBOM', 'BUILDKIT_ATTEST_PROVENANCE'],
  );
});

test('readBuiltInArgs: a BUILDKIT_MULTI_PLATFORM that is no boolean', () => {
  assert.throws(
    () => readBuiltInArgs({ BUILDKIT_MULTI_PLATFORM: 'maybe' }),
    (error) => error instanceof RequestError && error.code === 'BUILD_ARG_INVALID',
  );
});

const settings = { buildPlatform: { os: 'linux', architecture: 'amd64' }, env: { FROM_OUTSIDE: 'o', SOURCE_DATE_EPOCH: '7' } } as unknown as Settings;

test('makeGraphRequests: namespace of cache mounts, hostname, and several platforms', () => {
  const request: BuildRequest = { context: { kind: 'dir', path: '.' } };
  const ask = (buildArgs: Record<string, string>, more: Partial<BuildRequest> = {}) =>
    makeGraphRequests({ ...request, ...more }, { mainContext: { kind: 'scratch' }, buildArgs, settings, sourceDateEpoch: undefined });
  const [one] = ask({ BUILDKIT_CACHE_MOUNT_NS: 'team', BUILDKIT_SANDBOX_HOSTNAME: 'builder', BUILDKIT_MULTI_PLATFORM: '1' });
  assert.deepEqual([one?.cacheMountNamespace, one?.hostname, one?.multiPlatform], ['team', 'builder', true]);
  assert.equal(ask({ BUILDKIT_CACHE_MOUNT_NS: 'team' }, { cacheNamespace: 'own' })[0]?.cacheMountNamespace, 'own');
  assert.equal(ask({})[0]?.multiPlatform, false);
  assert.equal(ask({}, { platforms: [settings.buildPlatform, { os: 'linux', architecture: 'arm64' }] })[1]?.multiPlatform, true);
});

test('givenBuildArgs: from the environment where no value is given, SOURCE_DATE_EPOCH also unasked', () => {
  const given = (buildArgs: BuildRequest['buildArgs'] & object) => givenBuildArgs({ context: { kind: 'dir', path: '.' }, buildArgs }, settings);
  assert.deepEqual(given({ FROM_OUTSIDE: undefined, NOWHERE: undefined, A: 'a' }), { SOURCE_DATE_EPOCH: '7', FROM_OUTSIDE: 'o', A: 'a' });
  assert.deepEqual(given({ SOURCE_DATE_EPOCH: '8' }), { SOURCE_DATE_EPOCH: '8' });
});
