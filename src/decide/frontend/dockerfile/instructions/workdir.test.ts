import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf, ownHistory } from '../graph-fixture.ts';

test('WORKDIR: relative paths accumulate, absolute ones stay as written, each makes a layer', async () => {
  const graph = await graphOf('FROM base\nWORKDIR a\nWORKDIR ./b/../c/\nWORKDIR /x/../y/\nWORKDIR $FOO');
  assert.deepEqual(ownHistory(graph), ['L WORKDIR /srv/a', 'L WORKDIR /srv/a/c', 'L WORKDIR /x/../y/', 'L WORKDIR /y/basefoo']);
  assert.equal(graph.config.config?.WorkingDir, '/y/basefoo');
  assert.deepEqual(
    graph.vertices.flatMap(({ op }) => (op.kind === 'mkdir' ? [op.path] : [])),
    ['/srv/a', '/srv/a/c', '/y', '/y/basefoo'],
  );
});

test('WORKDIR /: no layer, but it counts as a step', async () => {
  const graph = await graphOf('FROM base\nWORKDIR /\nRUN x');
  assert.deepEqual(ownHistory(graph), ['E WORKDIR /', 'L RUN /bin/sh -c x # buildkit']);
  assert.equal(graph.target.meta.name, '[2/3] RUN x');
});

test('WORKDIR: the folder belongs to the current USER', async () => {
  const graph = await graphOf('FROM base\nUSER app:grp\nWORKDIR /w');
  assert.deepEqual(graph.target.op, { kind: 'mkdir', path: '/w', mode: 0o755, owner: 'app:grp' });
  assert.deepEqual(graph.history.at(-1)?.vertex, graph.target);
});
