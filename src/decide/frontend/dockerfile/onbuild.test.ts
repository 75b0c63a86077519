import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildGraph } from './build-graph.ts';
import { baseConfig, fixture, graphOf, ownHistory, stepNames, type FixtureOptions } from './graph-fixture.ts';

function withTriggers(...OnBuild: string[]): FixtureOptions {
  return { images: { 'docker.io/library/base:latest': { config: { ...baseConfig.config, OnBuild } } } };
}

test('ONBUILD: triggers of the base run first and are gone from the config', async () => {
  const graph = await graphOf('FROM base\nRUN own', withTriggers('ENV T=1', 'RUN trig $T', 'COPY <<EOF /x\nhi\nEOF'));
  assert.deepEqual(ownHistory(graph), ['E ENV T=1', 'L RUN /bin/sh -c trig $T # buildkit', 'L COPY <<EOF /x # buildkit', 'L RUN /bin/sh -c own # buildkit']);
  // as with docker build, triggers that make no layer are counted too
  assert.deepEqual(stepNames(graph).slice(1), ['[2/5] ONBUILD RUN trig 1', '[3/5] ONBUILD COPY <<EOF /x', '[4/5] RUN own']);
  assert.equal(graph.config.config?.OnBuild, undefined);
  assert.equal(graph.vertices.at(-2)?.meta.location?.startLine, 1);
});

test('ONBUILD: triggers may need stages and images that nothing else needs', async () => {
  const { request, ports, asked } = fixture(
    'FROM tool AS tools\nRUN t\nFROM base',
    withTriggers('COPY --from=tools /t /', 'RUN --mount=from=other,target=/o x'),
  );
  const graph = await buildGraph(request, ports);
  assert.deepEqual(asked, ['docker.io/library/base:latest', 'docker.io/library/tool:latest', 'docker.io/library/other:latest']);
  assert.equal(graph.target.inputs[0]?.inputs[1]?.meta.name, '[tools 2/2] RUN t');
});

test('ONBUILD: triggers of a stage run in the stages that begin with it, not in their followers', async () => {
  const graph = await graphOf('FROM base AS a\nONBUILD RUN trig\nFROM a AS b\nRUN x\nFROM b\nRUN y');
  assert.deepEqual(ownHistory(graph), ['L RUN /bin/sh -c trig # buildkit', 'L RUN /bin/sh -c x # buildkit', 'L RUN /bin/sh -c y # buildkit']);
});

test('ONBUILD: a stage that is its own trigger', async () => {
  await assert.rejects(graphOf('FROM base AS self', withTriggers('COPY --from=self /a /b')), { code: 'STAGE_CYCLE' });
});

test('ONBUILD: a trigger that means nothing is refused at the FROM that brings it', async () => {
  for (const trigger of ['WHAT', 'FROM x', 'MAINTAINER x', 'RUN a\nRUN b', '']) {
    await assert.rejects(graphOf('\nFROM base', withTriggers(trigger)), (error: { code: string; location?: { startLine: number } }) => {
      assert.deepEqual([error.code, error.location?.startLine], ['TRIGGER', 2]);
      return true;
    });
  }
});
