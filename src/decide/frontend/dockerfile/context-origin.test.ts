import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildGraph } from './build-graph.ts';
import { amd64, arm64, fixture, graphOf, imageOf, lastOp, stepNames } from './graph-fixture.ts';

const image = imageOf('docker.io/library/real:1', amd64, { config: { Env: ['PATH=/real'], User: 'u' } });

test('named context: an image in the place of a base image, under any form of its name', async () => {
  const { request, ports, asked } = fixture('FROM docker.io/library/alpine:latest\nRUN x', { contexts: { alpine: { kind: 'image', image } } });
  const graph = await buildGraph(request, ports);
  assert.deepEqual(asked, []);
  assert.equal(graph.base?.ref, 'docker.io/library/real:1');
  // docker build counts the FROM that it does not show
  assert.deepEqual(stepNames(graph), ['[context alpine] docker.io/library/real:1', '[1/2] RUN x']);
  assert.equal(lastOp(graph, 'run').user, 'u');
});

test('named context: of a platform before one without', async () => {
  const contexts = { 'alpine:3': { kind: 'scratch' }, 'alpine:3::linux/arm64': { kind: 'image', image } } as const;
  assert.equal((await graphOf('FROM alpine:3', { contexts })).target.op.kind, 'scratch');
  assert.equal((await graphOf('FROM alpine:3', { contexts, platform: arm64 })).target.op.kind, 'image');
});

test('named context: it replaces a stage, whose instructions are then not carried out', async () => {
  const text = 'FROM nowhere AS deps\nRUN x\nFROM base\nCOPY --from=deps /a /\nRUN --mount=from=deps,source=/s,target=/m y';
  const { request, ports, asked } = fixture(text, { contexts: { deps: { kind: 'local', name: 'deps' } } });
  const graph = await buildGraph(request, ports);
  assert.deepEqual(asked, ['docker.io/library/base:latest']);
  const copy = graph.target.inputs[0];
  assert.deepEqual(copy?.inputs[1]?.op, { kind: 'local', name: 'deps' });
  assert.ok(copy?.op.kind === 'copy' && !copy.op.keepOwner);
  // a folder is never mounted itself
  assert.equal(graph.target.inputs[1]?.op.kind, 'copy');
});

test('named context: a folder to build on is copied first', async () => {
  const contexts = { files: { kind: 'local', name: 'files' } } as const;
  const graph = await graphOf('FROM files\nRUN x', { contexts });
  assert.deepEqual(
    graph.vertices.map(({ op }) => op.kind),
    ['local', 'scratch', 'copy', 'run'],
  );
  assert.equal((await graphOf('FROM files', { contexts })).target.op.kind, 'copy');
  assert.equal((await graphOf('FROM x AS files', { contexts })).target.op.kind, 'copy');
});

test('named context: git, http and OCI layouts', async () => {
  const from = async (origin: Parameters<typeof graphOf>[1] & object): Promise<unknown> => (await graphOf('FROM ctx', origin)).target.op;
  const git = { kind: 'git', url: 'https://h/r.git', keepGitDir: false, submodules: true } as const;
  assert.deepEqual(await from({ contexts: { ctx: git } }), git);
  assert.deepEqual(await from({ contexts: { ctx: { kind: 'http', url: 'https://h/x', filename: 'context', unpack: false } } }), {
    kind: 'http',
    url: 'https://h/x',
    filename: 'context',
  });
  assert.deepEqual(await from({ contexts: { ctx: { kind: 'oci-layout', path: '/l', image } } }), {
    kind: 'oci-layout',
    path: '/l',
    manifest: image.manifest,
    platform: image.platform,
    diffIDs: image.config.rootfs.diff_ids,
  });
});

test('main context: git and an unpacked archive are read as they are', async () => {
  const git = { kind: 'git', url: 'https://h/r.git', keepGitDir: false, submodules: true } as const;
  const text = 'FROM base\nCOPY a /\nRUN --mount=target=/m x';
  const graph = await graphOf(text, { mainContext: git });
  assert.equal(graph.target.inputs[1]?.op.kind, 'git');
  const archive = await graphOf(text, { mainContext: { kind: 'http', url: 'https://h/x.tar', filename: 'x.tar', unpack: true } });
  const unpacked = archive.target.inputs[1];
  assert.ok(unpacked?.op.kind === 'copy');
  assert.deepEqual(unpacked.op.sources[0], {
    kind: 'paths',
    input: 1,
    pattern: '/x.tar',
    wildcard: false,
    allowEmpty: false,
    contentsOnly: false,
    unpack: 'auto',
  });
});
