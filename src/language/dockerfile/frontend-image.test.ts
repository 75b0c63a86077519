import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DockerfileError } from './error.ts';
import { requireBuiltInFrontend, resolveFrontend } from './frontend-image.ts';

describe('resolveFrontend', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  for (const [image, expected] of [
    ['docker/dockerfile', { labs: false, newer: false }],
    ['docker/dockerfile:1', { labs: false, newer: false }],
    ['docker/dockerfile:latest', { labs: false, newer: false }],
    ['docker/dockerfile:labs', { labs: true, newer: false }],
    ['docker/dockerfile:1-labs', { labs: true, newer: false }],
    ['docker/dockerfile:1.7', { version: '1.7', labs: false, newer: false }],
    ['docker/dockerfile:1.7.1-labs', { version: '1.7', labs: true, newer: false }],
    ['docker/dockerfile:1.99', { version: '1.99', labs: false, newer: true }],
    ['docker.io/docker/dockerfile:1.4', { version: '1.4', labs: false, newer: false }],
    [`docker/dockerfile:1.4@${digest}`, { version: '1.4', labs: false, newer: false }],
    ['docker/dockerfile-upstream:master', { labs: false, newer: false }],
    ['docker/dockerfile:1.3-rc1', { version: '1.3', labs: false, newer: false }],
    ['docker/dockerfile:experimental', { labs: false, newer: false }],
  ] as const) {
    it(image, () => assert.deepEqual(resolveFrontend(image), expected));
  }
  for (const image of [
    'docker/dockerfile:2',
    'example.com/docker/dockerfile:1',
    'gcr.io/buildpacks/frontend',
    'docker/dockerfile-x',
    'tonistiigi/dockerfile:1',
    '',
  ])
    it(`refuses ${JSON.stringify(image)}`, () =>
      assert.throws(
        () => resolveFrontend(image),
        (error) => error instanceof DockerfileError && error.code === 'UNSUPPORTED_FRONTEND',
      ));
});

it('requireBuiltInFrontend: BUILDKIT_SYNTAX wins over the file, and dockerfile.v0 is the frontend that is built in', () => {
  const require = (text: string, buildArgs: Record<string, string> = {}): string | undefined => requireBuiltInFrontend(text, 'Dockerfile', buildArgs);
  const other = '# syntax=someone/else\nFROM scratch\n';
  const refused = (error: unknown): boolean => error instanceof DockerfileError && error.code === 'UNSUPPORTED_FRONTEND';
  assert.throws(
    () => require(other),
    (error) => refused(error) && (error as DockerfileError).location?.startLine === 1,
  );
  assert.throws(() => require(other, { BUILDKIT_SYNTAX: '' }), refused);
  assert.throws(() => require('FROM scratch\n', { BUILDKIT_SYNTAX: 'someone/else' }), refused);
  assert.throws(() => require('{"syntax": "someone/else"}'), refused);
  assert.equal(require(other, { BUILDKIT_SYNTAX: 'docker/dockerfile:1.7' }), 'docker/dockerfile:1.7');
  assert.equal(require(other, { BUILDKIT_SYNTAX: 'dockerfile.v0' }), 'docker/dockerfile');
  assert.equal(require('# syntax=docker/dockerfile:1\nFROM scratch\n'), undefined);
});
