import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familiarReference, formatReference, parseReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const valid: readonly [text: string, full: string, familiar: string][] = [
  ['alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
  ['alpine:3.19', 'docker.io/library/alpine:3.19', 'alpine:3.19'],
  ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
  ['docker.io/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
  ['index.docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
  ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
  ['localhost:5000/a/b:v1', 'localhost:5000/a/b:v1', 'localhost:5000/a/b:v1'],
  ['ghcr.io/o/p@' + digest, `ghcr.io/o/p@${digest}`, `ghcr.io/o/p@${digest}`],
  ['ghcr.io/o/p:t@' + digest, `ghcr.io/o/p:t@${digest}`, `ghcr.io/o/p:t@${digest}`],
  ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000/app:latest'],
  ['a.b/c__d/e--f.g', 'a.b/c__d/e--f.g:latest', 'a.b/c__d/e--f.g:latest'],
];

for (const [text, full, familiar] of valid) {
  test(`parseReference: ${text}`, () => {
    const ref = parseReference(text);
    assert.equal(formatReference(ref), full);
    assert.equal(familiarReference(ref), familiar);
    assert.deepEqual(parseReference(full), ref);
  });
}

for (const text of [
  '',
  'Alpine',
  'a//b',
  'a:',
  'a:t@sha256:12',
  '/a',
  'a/',
  'host:port/a',
  'a b',
  `a:${'x'.repeat(129)}`,
  'a/'.repeat(200) + 'a',
  '-a',
  'a..b',
  'docker.io/',
]) {
  test(`parseReference: refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.throws(() => parseReference(text), { code: 'REFERENCE_INVALID' });
  });
}
