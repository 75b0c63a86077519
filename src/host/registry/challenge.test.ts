import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenges } from './challenge.ts';

const table: readonly (readonly [string, readonly unknown[]])[] = [
  ['', []],
  ['Basic realm="x"', [{ scheme: 'basic', parameters: { realm: 'x' } }]],
  ['Negotiate', [{ scheme: 'negotiate', parameters: {} }]],
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
    [{ scheme: 'bearer', parameters: { realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:a/b:pull,push' } }],
  ],
  [
    'bearer Realm = "a \\"b\\"" , error=insufficient_scope, Basic realm=c',
    [
      { scheme: 'bearer', parameters: { realm: 'a "b"', error: 'insufficient_scope' } },
      { scheme: 'basic', parameters: { realm: 'c' } },
    ],
  ],
  ['realm="nobody asked"', []],
];

for (const [header, expected] of table) {
  test(`parseChallenges reads ${JSON.stringify(header)}`, () => {
    assert.deepEqual(parseChallenges(header), expected);
  });
}

test('parseChallenges takes time in proportion to a hostile header', () => {
  assert.ok(parseChallenges('a="'.repeat(1e6)).length < 1e4);
});
