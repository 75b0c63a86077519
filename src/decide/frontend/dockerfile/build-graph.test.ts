import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../../../core/errors.ts';
import { buildGraph } from './build-graph.ts';
import { amd64, arm64, fixture, graphOf, imageOf, lastOp, ownHistory, stepNames } from './graph-fixture.ts';

test('buildGraph: FROM scratch alone', async () => {
  const graph = await graphOf('FROM scratch');
  assert.equal(graph.target.op.kind, 'scratch');
  assert.equal(graph.base, undefined);
  assert.deepEqual(graph.config, {
    architecture: 'amd64',
    os: 'linux',
    config: { WorkingDir: '/', Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
  });
  assert.deepEqual(graph.history, []);
});

test('buildGraph: only the stages that the target needs are converted and asked for', async () => {
  const text = 'FROM one AS a\nFROM two AS b\nRUN x\nFROM three\nCOPY --from=four /x /\nFROM b\nCOPY --from=a /x /';
  const { request, ports, asked } = fixture(text);
  const graph = await buildGraph(request, ports);
  assert.deepEqual(asked.sort(), ['docker.io/library/one:latest', 'docker.io/library/two:latest']);
  assert.deepEqual(
    graph.stages.map(({ name, needed }) => [name, needed]),
    [
      ['a', true],
      ['b', true],
      ['stage-2', false],
      ['stage-3', true],
    ],
  );
});

test('buildGraph: base images are asked for at the same time, each once', async () => {
  const { request } = fixture('FROM one AS a\nFROM two AS b\nFROM one:latest\nCOPY --from=a /x /\nCOPY --from=b /x /\nCOPY --from=docker.io/library/two /x /');
  const all = Promise.withResolvers<void>();
  const asked: string[] = [];
  await buildGraph(request, {
    async resolveImageConfig(ref, platform) {
      asked.push(ref);
      // none is answered before all are asked
      if (asked.length === 2) all.resolve();
      await all.promise;
      return imageOf(ref, platform);
    },
    resolveNamedContext: () => Promise.reject(new Error('none')),
  });
  assert.deepEqual(asked, ['docker.io/library/one:latest', 'docker.io/library/two:latest']);
});

test('buildGraph: the first failure stops the other questions and has the lines of its FROM', async () => {
  const { request } = fixture('FROM one AS bilder\nRUN x\n\nFROM buildr\nCOPY --from=bilder / /');
  const stopped = Promise.withResolvers<unknown>();
  const graph = buildGraph(request, {
    async resolveImageConfig(ref, _platform, _options, signal) {
      if (ref.includes('buildr')) throw new BuildError('IMAGE_NOT_FOUND', 'Cannot find it', { family: 'registry', hint: 'Check the name.' });
      signal.addEventListener('abort', () => stopped.resolve(signal.reason));
      return new Promise(() => {});
    },
    resolveNamedContext: () => Promise.reject(new Error('none')),
  });
  await assert.rejects(graph, (error: BuildError) => {
    assert.deepEqual([error.code, error.location?.startLine, error.hint], ['IMAGE_NOT_FOUND', 4, 'Did you mean the stage bilder? Check the name.']);
    return true;
  });
  assert.ok((await stopped.promise) instanceof BuildError);
});

test('buildGraph: an aborted signal reaches the ports', async () => {
  const { request, ports } = fixture('FROM one');
  const reason = new Error('stop');
  await assert.rejects(
    buildGraph(
      request,
      { ...ports, resolveImageConfig: (_ref, _platform, _options, signal) => Promise.reject(signal.reason as Error) },
      AbortSignal.abort(reason),
    ),
    reason,
  );
});

test('buildGraph: --target by name in any case', async () => {
  const text = 'FROM base AS One\nENV A=1\nFROM base\nARG TARGETSTAGE\nENV B=$TARGETSTAGE';
  assert.deepEqual(ownHistory(await graphOf(text, { target: 'ONE' })), ['E ENV A=1']);
  assert.equal((await graphOf(text, { target: 'one' })).targetStage, 'one');
  await assert.rejects(graphOf(text, { target: 'onee' }), { code: 'TARGET_NOT_FOUND', hint: 'Did you mean one?' });
});

test('buildGraph: a stage takes over the state and the config of the one that it begins with', async () => {
  const graph = await graphOf('FROM base AS a\nUSER app\nWORKDIR w\nCMD ["c"]\nLABEL l=1\nONBUILD ENV T=1\nFROM a AS b\nFROM b\nRUN x');
  const { user, cwd, env } = lastOp(graph, 'run');
  assert.deepEqual([user, cwd, env.at(-1)], ['app', '/srv/w', 'T=1']);
  assert.deepEqual([graph.config.config?.Cmd, graph.config.config?.Labels, graph.config.config?.OnBuild], [['c'], { l: '1' }, undefined]);
  assert.deepEqual(ownHistory(graph), ['E USER app', 'L WORKDIR /srv/w', 'E CMD ["c"]', 'E LABEL l=1', 'E ENV T=1', 'L RUN /bin/sh -c x # buildkit']);
});

test('buildGraph: FROM finds an earlier stage only, and in its own case', async () => {
  const { request, ports, asked } = fixture('FROM later AS first\nFROM base AS later\nCOPY --from=first / /');
  await buildGraph(request, ports);
  assert.deepEqual(asked.sort(), ['docker.io/library/base:latest', 'docker.io/library/later:latest']);
});

test('buildGraph: of stages with one name the last counts', async () => {
  const graph = await graphOf('FROM one AS x\nFROM two AS x\nFROM x');
  assert.equal(graph.base?.ref, 'docker.io/library/two:latest');
});

test('buildGraph: stages that go in circles, or are used before they are there', async () => {
  const circle = 'FROM a AS one\nCOPY --from=two /x /\nFROM b AS two\nCOPY --from=one /x /';
  await assert.rejects(graphOf(circle), (error: BuildError) => {
    assert.equal(error.code, 'STAGE_CYCLE');
    assert.match(error.message, /one -> two -> one/);
    assert.equal(error.location?.startLine, 2);
    return true;
  });
  await assert.rejects(graphOf('FROM a AS self\nCOPY --from=self /x /y'), { code: 'STAGE_CYCLE' });
  await assert.rejects(graphOf('FROM a AS one\nCOPY --from=two /x /\nFROM b AS two\nFROM one'), { code: 'STAGE_ORDER' });
});

test('buildGraph: faults of FROM', async () => {
  await assert.rejects(graphOf('ARG E\nFROM $E'), { code: 'BASE_NAME' });
  await assert.rejects(graphOf('FROM --platform=$NOPE base'), { code: 'BASE_PLATFORM' });
  await assert.rejects(graphOf('FROM --platform=a/b/c/d base'), { code: 'PLATFORM_INVALID' });
  // docker build refuses the name even where the stage is not needed
  await assert.rejects(graphOf('FROM Bad AS x\nFROM base'), { code: 'REFERENCE_INVALID' });
  await assert.rejects(graphOf('FROM base', { images: { 'docker.io/library/base:latest': { os: 'windows' } } }), { code: 'WINDOWS' });
  await assert.rejects(graphOf('FROM --platform=windows/amd64 base'), { code: 'WINDOWS' });
});

test('buildGraph: all faults in values are reported at once, before an image is asked for, of the needed stages only', async () => {
  const text =
    'FROM one AS a\nEXPOSE x\nFROM two AS unneeded\nRUN --mount=type=nope x\nFROM three\nCOPY --from=a /x /\nCOPY --chmod=9 a /\nRUN --mount=type=nope x';
  const { request, ports, asked } = fixture(text);
  const lines = (error: BuildError): unknown => (error instanceof BuildErrors ? error.errors.map(({ code, location }) => [code, location?.startLine]) : error);
  await assert.rejects(buildGraph(request, ports), (error: BuildError) => {
    assert.deepEqual(lines(error), [
      ['BAD_PORT', 2],
      ['BAD_CHMOD', 7],
      ['BAD_MOUNT', 8],
    ]);
    return true;
  });
  assert.deepEqual(asked, []);
  await assert.rejects(buildGraph({ ...request, allStages: true }, ports), (error: BuildErrors) => error.errors.length === 4);
  await graphOf('FROM two AS unneeded\nRUN --mount=type=nope x\nFROM three');
  await graphOf('FROM two AS replaced\nRUN --mount=type=nope x\nFROM replaced', { contexts: { replaced: { kind: 'scratch' } } });
});

test('buildGraph: faults that variables bring are reported at once too, up to one on which others may hang', async () => {
  const text =
    '# syntax=docker/dockerfile:1.99\nFROM one AS a\nARG E=x\nEXPOSE $E\nCOPY --chmod=$E a /\nFROM a\nRUN --mount=type=$E,target=/x y\nARG F=${E?}${G?}\nSTOPSIGNAL $E';
  await assert.rejects(graphOf(text), (error: BuildErrors) => {
    assert.deepEqual(
      error.errors.map(({ code, location }) => [code, location?.startLine]),
      [
        ['BAD_PORT', 4],
        ['BAD_CHMOD', 5],
        ['BAD_MOUNT', 7],
        ['BAD_EXPANSION', 8],
      ],
    );
    for (const { hint } of error.errors) assert.match(hint ?? '', /asks for frontend 1\.99/);
    return true;
  });
});

test('buildGraph: an image without layers is scratch', async () => {
  const graph = await graphOf('FROM base\nCOPY a /', {
    images: { 'docker.io/library/base:latest': { rootfs: { type: 'layers', diff_ids: [] }, history: [] } },
  });
  assert.equal(graph.target.inputs[0]?.op.kind, 'scratch');
  assert.ok(graph.base);
});

test('buildGraph: platforms of the stages and of the image', async () => {
  const text = 'FROM --platform=$BUILDPLATFORM base AS build\nRUN x\nFROM base\nCOPY --from=build /x /';
  const graph = await graphOf(text, { platform: { os: 'linux', architecture: 'arm', variant: 'v7' } });
  assert.deepEqual(lastOp(graph, 'run').platform, amd64);
  assert.deepEqual([graph.config.architecture, graph.config.variant], ['arm', 'v7']);
  assert.deepEqual(graph.base?.platform, { os: 'linux', architecture: 'arm', variant: 'v7' });
  assert.deepEqual(graph.findings, []);
});

test('buildGraph: a base of another platform is a finding, or is kept where no platform was asked for', async () => {
  const images = { 'docker.io/library/base:latest': { architecture: 'arm64' } };
  const asked = await graphOf('FROM base\nRUN x', { images });
  assert.deepEqual(
    asked.findings.map((finding) => finding.rule === 'InvalidBaseImagePlatform' && [finding.image, finding.expected, finding.found]),
    [['base', 'linux/amd64', 'linux/arm64']],
  );
  assert.equal(asked.config.architecture, 'amd64');
  const implicit = await graphOf('FROM base\nRUN x', { images, implicitPlatform: true });
  assert.equal(implicit.config.architecture, 'arm64');
  assert.deepEqual(lastOp(implicit, 'run').platform, arm64);
});

test('buildGraph: equal steps of two stages are one vertex', async () => {
  const graph = await graphOf('FROM base AS a\nRUN x\nFROM base AS b\nRUN x\nFROM scratch\nCOPY --from=a /x /\nCOPY --from=b /y /');
  assert.equal(graph.vertices.filter(({ op }) => op.kind === 'run').length, 1);
  assert.equal(new Set(graph.vertices.map(({ digest }) => digest)).size, graph.vertices.length);
});

test('buildGraph: vertices come after their inputs and carry their lines', async () => {
  const graph = await graphOf('FROM base AS a\n\nRUN a \\\n  b\nFROM base\nCOPY --from=a /x /');
  const seen = new Set<string>();
  for (const { digest, inputs } of graph.vertices) {
    for (const input of inputs) assert.ok(seen.has(input.digest));
    seen.add(digest);
  }
  const run = graph.vertices.find(({ op }) => op.kind === 'run');
  assert.deepEqual([run?.meta.location?.startLine, run?.meta.location?.endLine, run?.meta.stage], [3, 4, 'a']);
});

test('buildGraph: names of steps', async () => {
  const text = `FROM base AS build
WORKDIR /w
${'RUN a\n'.repeat(8)}FROM scratch
COPY --from=build /x /
FROM build
ENV A=b
RUN b`;
  assert.deepEqual(stepNames(await graphOf(text, { target: 'build' })).slice(-2), ['[build  9/10] RUN a', '[build 10/10] RUN a']);
  assert.equal(stepNames(await graphOf(text)).at(-1), '[stage-2 1/1] RUN b');
  assert.match(stepNames(await graphOf('FROM base\nRUN x'))[0] ?? '', /^\[1\/2\] FROM docker\.io\/library\/base:latest@sha256:[0-9a-f]{64}$/);
  // a mount or an image of COPY --from is something besides the stage, so that the stage is named
  assert.equal(stepNames(await graphOf('FROM base\nRUN --mount=type=tmpfs,target=/t x')).at(-1), '[stage-0 2/2] RUN --mount=type=tmpfs,target=/t x');
});

test('buildGraph: names of steps for several platforms, and for cross compilation', async () => {
  const text = 'FROM --platform=$BUILDPLATFORM base AS build\nARG TARGETARCH\nRUN x\nFROM scratch\nCOPY --from=build /x /';
  const names = async (platform: typeof amd64): Promise<string[]> => stepNames(await graphOf(text, { platform, multiPlatform: true })).slice(1);
  assert.deepEqual(await names(arm64), ['[linux/amd64->arm64 build 2/2] RUN x', '[linux/arm64 stage-1 1/1] COPY --from=build /x /']);
  assert.deepEqual(await names(amd64), ['[linux/amd64 build 2/2] RUN x', '[linux/amd64 stage-1 1/1] COPY --from=build /x /']);
});

test('buildGraph: all stages where the checks want them', async () => {
  const { request, ports, asked } = fixture('FROM one AS a\nENV X=$NOPE\nFROM two', { allStages: true });
  const graph = await buildGraph(request, ports);
  assert.equal(asked.length, 2);
  assert.equal(graph.findings.length, 1);
});

test('buildGraph: a Dockerfile of many stages, and of many steps', async () => {
  const stages = Array.from({ length: 2000 }, (_, index) => `FROM ${index === 0 ? 'base' : `s${index - 1}`} AS s${index}\nRUN ${index}`);
  assert.equal((await graphOf(stages.join('\n'))).vertices.length, 2001);
  assert.equal((await graphOf(`FROM base\n${'RUN x\n'.repeat(12_000)}`)).vertices.length, 12_001);
});

test('buildGraph: a FROM that is at fault by a mistyped ARG names the ARG that was meant', async () => {
  const hintOf = (text: string) =>
    graphOf(text).then(
      () => undefined,
      (error: unknown) => (error instanceof BuildError ? error.hint : undefined),
    );
  assert.match((await hintOf('FROM --platform=$BULIDPLATFORM alpine')) ?? '', /^No ARG before FROM sets BULIDPLATFORM: did you mean BUILDPLATFORM\?/);
  assert.match((await hintOf('ARG BASE=alpine\nFROM $BSAE')) ?? '', /did you mean BASE\?/);
  assert.match((await hintOf('ARG TAG=3\nFROM alpine:$TGA')) ?? '', /did you mean TAG\?/);
  assert.doesNotMatch((await hintOf('FROM alpine:$OTHER')) ?? '', /did you mean/);
});

test('buildGraph: a mistyped target names the stage that was meant, also where it is the only one', async () => {
  for (const [text, target] of [
    ['FROM scratch AS final', 'fianl'],
    ['FROM scratch AS a\nFROM scratch AS final', 'FINALE'],
  ] as const) {
    await assert.rejects(
      graphOf(text, { target }),
      (error) => error instanceof BuildError && error.code === 'TARGET_NOT_FOUND' && error.hint === 'Did you mean final?',
    );
  }
});
