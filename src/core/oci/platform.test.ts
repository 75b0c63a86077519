import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlatform, nodePlatform, parsePlatform, platformMatches, type Platform } from './platform.ts';

const here: Platform = { os: 'linux', architecture: 'amd64' };

const table: readonly [text: string, formatted: string][] = [
  ['linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['Linux/AMD64/v1', 'linux/amd64'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['aarch64', 'linux/arm64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/6', 'linux/arm/v6'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['linux', 'linux/amd64'],
  ['windows/amd64', 'windows/amd64'],
];
for (const [text, formatted] of table) {
  test(`parsePlatform: ${text}`, () => assert.equal(formatPlatform(parsePlatform(text, here)), formatted));
}

for (const text of ['', 'linux/', 'a/b/c/d', 'linux/a b', 'nonsense']) {
  test(`parsePlatform: refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePlatform(text, here), { code: 'PLATFORM_INVALID' });
  });
}

test('platformMatches: a lesser arm variant runs, a greater does not', () => {
  const parse = (text: string): Platform => parsePlatform(text, here);
  assert.equal(platformMatches(parse('linux/arm/v7'), parse('linux/arm/v6')), true);
  assert.equal(platformMatches(parse('linux/arm/v6'), parse('linux/arm/v7')), false);
  assert.equal(platformMatches(parse('linux/arm64'), { os: 'linux', architecture: 'arm64', variant: 'v8' }), true);
  assert.equal(platformMatches(parse('linux/amd64'), parse('linux/arm64')), false);
  assert.equal(platformMatches(parse('linux/amd64'), parse('windows/amd64')), false);
});

test('nodePlatform: maps the names of Node', () => {
  assert.equal(formatPlatform(nodePlatform('linux', 'x64')), 'linux/amd64');
  assert.equal(formatPlatform(nodePlatform('linux', 'arm64')), 'linux/arm64');
});
