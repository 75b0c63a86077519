import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf, lastOp, ownHistory } from '../graph-fixture.ts';

/** The variables of the last RUN that the base does not bring. */
async function variables(text: string, buildArgs: Record<string, string> = {}): Promise<string[]> {
  const graph = await graphOf(text, { buildArgs });
  return lastOp(graph, 'run').env.filter((entry) => !/^(?:PATH|FOO)=/.test(entry));
}

test('ARG: a build arg wins over the default, the default over the global one', async () => {
  const text = 'ARG G=global\nARG D=global\nFROM base\nARG G\nARG D=own\nARG B=own NOTSET\nRUN x';
  assert.deepEqual(await variables(text, { B: 'given $X' }), ['G=global', 'D=own', 'B=given $X']);
});

test('ARG: a global ARG is no variable until it is declared in the stage', async () => {
  assert.deepEqual(await variables('ARG G=1\nFROM base\nRUN x'), []);
});

test('ARG: defaults see what comes before them on the line', async () => {
  assert.deepEqual(await variables('FROM base\nARG A=1\nARG B=$A A=3 C=${A}\nRUN x'), ['B=1', 'A=3', 'C=3']);
});

test('ARG: it hides an ENV before it, and an ENV after it hides it', async () => {
  assert.deepEqual(await variables('FROM base\nENV X=env\nARG X=arg\nRUN x'), ['X=arg']);
  assert.deepEqual(await variables('FROM base\nARG X=arg\nENV X=${X}-env\nRUN x'), ['X=arg-env']);
});

test('ARG: platform ARGs', async () => {
  const text = 'FROM base\nARG TARGETPLATFORM TARGETARCH TARGETVARIANT BUILDPLATFORM TARGETSTAGE\nRUN x';
  const graph = await graphOf(text, { platform: { os: 'linux', architecture: 'arm', variant: 'v6' } });
  const env = lastOp(graph, 'run').env.slice(2);
  assert.deepEqual(env, ['TARGETPLATFORM=linux/arm/v6', 'TARGETARCH=arm', 'TARGETVARIANT=v6', 'BUILDPLATFORM=linux/amd64', 'TARGETSTAGE=default']);
});

test('ARG: they are written into the history of RUN with the values that they have then', async () => {
  const graph = await graphOf('ARG V=1\nFROM base\nARG V\nARG W=2 X\nARG FOO\nRUN a\nENV W=3\nRUN ["b", "c d"]', { buildArgs: { OTHER: 'o' } });
  assert.deepEqual(ownHistory(graph), [
    'E ARG V=1',
    'E ARG W=2 X',
    'E ARG FOO',
    'L RUN |4 V=1 W=2 X= FOO=basefoo /bin/sh -c a # buildkit',
    'E ENV W=3',
    'L RUN |4 V=1 W=3 X= FOO=basefoo b c d # buildkit',
  ]);
});

test('ARG: a stage sees those of the stage that it begins with, but ENV counts again', async () => {
  const graph = await graphOf('FROM base AS x\nENV X=env\nARG X=arg\nARG Z=zz\nRUN a\nFROM x\nRUN b');
  assert.deepEqual(lastOp(graph, 'run').env, ['Z=zz', 'PATH=/bin', 'FOO=basefoo', 'X=env']);
  assert.equal(ownHistory(graph).at(-1), 'L RUN |2 X=env Z=zz /bin/sh -c b # buildkit');
});

test('ARG: proxies are there without a declaration, out of the key and of the history', async () => {
  const graph = await graphOf('FROM base\nRUN x', { buildArgs: { http_proxy: 'http://p', NO_PROXY: 'a', FTP_PROXY: '' } });
  const { env, uncachedEnv } = lastOp(graph, 'run');
  assert.deepEqual(uncachedEnv, ['HTTP_PROXY=http://p', 'http_proxy=http://p', 'NO_PROXY=a', 'no_proxy=a']);
  assert.deepEqual(env, ['PATH=/bin', 'FOO=basefoo']);
  assert.deepEqual(ownHistory(graph), ['L RUN /bin/sh -c x # buildkit']);
});

test('ARG: SOURCE_DATE_EPOCH is the resolved time', async () => {
  const text = 'ARG SOURCE_DATE_EPOCH\nFROM base\nARG SOURCE_DATE_EPOCH\nRUN x';
  const resolved = await graphOf(text, { buildArgs: { SOURCE_DATE_EPOCH: 'context' }, sourceDateEpoch: 7 });
  assert.deepEqual(lastOp(resolved, 'run').env.slice(2), ['SOURCE_DATE_EPOCH=7']);
  const unresolved = await graphOf(text, { buildArgs: { SOURCE_DATE_EPOCH: 'context' } });
  assert.deepEqual(lastOp(unresolved, 'run').env.slice(2), []);
});

test('ARG: names that nobody set are findings, each once for its line', async () => {
  const graph = await graphOf('ARG IMG=base\nFROM ${IMG}${IMAGE}\nARG KNOWN\nENV A=$KNOWN B=$NOPE C=${NOPE}$FO');
  const found = graph.findings.map((finding) => ('name' in finding ? [finding.rule, finding.name, finding.suggestion, finding.location.startLine] : []));
  assert.deepEqual(found, [
    ['UndefinedArgInFrom', 'IMAGE', 'IMG', 2],
    ['UndefinedVar', 'NOPE', undefined, 4],
    ['UndefinedVar', 'FO', 'FOO', 4],
  ]);
});
