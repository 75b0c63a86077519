import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dockerfileFrontend } from './dockerfile-frontend.ts';
import { arm64, baseConfig, fixture } from './graph-fixture.ts';

test('dockerfileFrontend: the trace of a graph has what the bases bring, and the checks read it', async () => {
  const images = { 'docker.io/library/base:latest': { ...baseConfig, architecture: 'amd64', config: { ...baseConfig.config, OnBuild: ['CMD x'] } } };
  const { request, ports } = fixture('FROM unneeded AS a\nCMD y\nFROM base\nLABEL l=$FOO-$FO\n', { images, platform: arm64 });
  const frontend = dockerfileFrontend(request.dockerfile);
  const graph = await frontend.graph(request, ports);
  assert.deepEqual(
    graph.trace.stages.map(({ needed, base, instructions }) => [needed, base.known, instructions.map(({ values, isTrigger }) => [values.kind, isTrigger])]),
    [
      [false, false, [['cmd', false]]],
      [
        true,
        true,
        [
          ['cmd', true],
          ['label', false],
        ],
      ],
    ],
  );
  assert.deepEqual(
    graph.trace.images.map(({ name, ref, platform, expected }) => [name, ref, platform, expected]),
    [['base', 'docker.io/library/base:latest', 'linux/amd64', 'linux/arm64']],
  );
  assert.deepEqual(
    frontend.check(request, { graph }).map(({ rule, location }) => `${rule}:${location.startLine}`),
    ['InvalidBaseImagePlatform:3', 'JSONArgsRecommended:3', 'UndefinedVar:4'],
  );
  // of the text alone, both stages count, and what the base brings is not known
  assert.deepEqual(
    frontend.check(request).map(({ rule, location }) => `${rule}:${location.startLine}`),
    ['JSONArgsRecommended:2'],
  );
});
