import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DockerfileError } from './error.ts';
import { resolveFrontend } from './frontend-image.ts';

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
