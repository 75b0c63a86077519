import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunMount } from '../../../graph/index.ts';
import { graphOf, lastOp, lastVertex, type FixtureOptions } from '../graph-fixture.ts';

async function mountsOf(flags: string, options: FixtureOptions = {}): Promise<readonly RunMount[]> {
  return lastOp(await graphOf(`FROM scratch AS files\nCOPY a /\nFROM base\nWORKDIR /w\nENV V=val\nRUN ${flags} x`, options), 'run').mounts;
}

const table: readonly [string, RunMount][] = [
  ['--mount=from=files,target=/m', { kind: 'bind', input: 1, source: '/', target: '/m', readonly: true }],
  ['--mount=from=files,source=sub/../$V,dst=rel,rw', { kind: 'bind', input: 1, source: '/val', target: '/w/rel', readonly: false }],
  ['--mount=from=0,target=/m', { kind: 'bind', input: 1, source: '/', target: '/m', readonly: true }],
  [
    '--mount=type=cache,target=/c/',
    { kind: 'cache', id: '//c', sharing: 'shared', source: '/', target: '/c', mode: 0o755, uid: 0, gid: 0, readonly: false, owned: false },
  ],
  [
    '--mount=type=cache,id=$V,target=c,sharing=locked,mode=700,uid=1,gid=2',
    { kind: 'cache', id: '/val', sharing: 'locked', source: '/', target: '/w/c', mode: 0o700, uid: 1, gid: 2, readonly: false, owned: true },
  ],
  [
    '--mount=type=cache,target=/c,from=files,source=/s',
    { kind: 'cache', id: '//c', sharing: 'shared', input: 1, source: '/s', target: '/c', mode: 0o755, uid: 0, gid: 0, readonly: false, owned: false },
  ],
  ['--mount=type=tmpfs,target=/t,size=1m', { kind: 'tmpfs', target: '/t', sizeBytes: 1048576, readonly: false }],
  ['--mount=type=tmpfs,target=/t,ro', { kind: 'tmpfs', target: '/t', readonly: true }],
  ['--mount=type=secret,id=k', { kind: 'secret', id: 'k', target: '/run/secrets/k', required: false, mode: 0o400, uid: 0, gid: 0 }],
  ['--mount=type=secret,target=sec/k,required', { kind: 'secret', id: 'k', target: '/w/sec/k', required: true, mode: 0o400, uid: 0, gid: 0 }],
  ['--mount=type=secret,id=k,env=KEY', { kind: 'secret', id: 'k', env: 'KEY', required: false, mode: 0o400, uid: 0, gid: 0 }],
  ['--mount=type=ssh', { kind: 'ssh', id: 'default', target: '/run/buildkit/ssh_agent.0', required: false, mode: 0o600, uid: 0, gid: 0 }],
];
for (const [flags, mount] of table) {
  test(`RUN ${flags}`, async () => {
    if (flags.includes('from=0')) {
      // a mount knows no stage numbers: this is an image
      const graph = await graphOf(`FROM base\nRUN ${flags} x`);
      assert.equal(lastVertex(graph, 'run').inputs[1]?.op.kind, 'image');
      return;
    }
    assert.deepEqual(await mountsOf(flags), [mount]);
  });
}

test('RUN --mount: agents are numbered', async () => {
  const mounts = await mountsOf('--mount=type=ssh --mount=type=ssh,id=b');
  assert.deepEqual(
    mounts.map((mount) => 'target' in mount && mount.target),
    ['/run/buildkit/ssh_agent.0', '/run/buildkit/ssh_agent.1'],
  );
});

test('RUN --mount: cache ids are in the namespace', async () => {
  const [mount] = await mountsOf('--mount=type=cache,target=/c', { cacheMountNamespace: 'ns' });
  assert.equal(mount?.kind === 'cache' && mount.id, 'ns//c');
});

test('RUN --mount: of the context only the source is copied, and equal mounts share the copy', async () => {
  const graph = await graphOf('FROM base\nRUN --mount=source=src,target=/a --mount=target=/all --mount=source=./src/,target=/b x');
  const run = lastVertex(graph, 'run');
  assert.deepEqual(
    run.inputs.map(({ op }) => op.kind),
    ['image', 'copy', 'copy'],
  );
  assert.ok(run.op.kind === 'run');
  assert.deepEqual(
    run.op.mounts.map((mount) => mount.kind === 'bind' && [mount.input, mount.source]),
    [
      [1, '/src'],
      [2, '/'],
      [1, '/src'],
    ],
  );
  const copy = run.inputs[1]!;
  assert.deepEqual(
    copy.inputs.map(({ op }) => op.kind),
    ['scratch', 'local'],
  );
  assert.ok(copy.op.kind === 'copy');
  assert.equal(copy.op.destination, '/src');
  // The folder itself comes along: a step sees its mode and time.
  assert.deepEqual(copy.op.sources, [{ kind: 'paths', input: 1, pattern: '/src', wildcard: false, allowEmpty: false, contentsOnly: false, unpack: false }]);
});

test('RUN --mount: a later stage cannot be mounted', async () => {
  const text = 'FROM base AS one\nRUN --mount=from=later,target=/x true\nFROM scratch AS later\nCOPY a /\nFROM one';
  await assert.rejects(graphOf(text), { code: 'STAGE_ORDER' });
});

test('RUN --mount: faults', async () => {
  await assert.rejects(mountsOf('--mount=type=bind,from=files,target=..'), { code: 'BAD_MOUNT' });
  await assert.rejects(mountsOf('--mount=sharing=locked,target=/x'), { code: 'BAD_MOUNT' });
});
