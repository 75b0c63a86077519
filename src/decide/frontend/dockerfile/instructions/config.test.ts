import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerConfig } from '../../../../core/oci/index.ts';
import { graphOf, ownHistory, type FixtureOptions } from '../graph-fixture.ts';

/** Texts and configs are those that docker build gives. */
const table: readonly {
  readonly name: string;
  readonly text: string;
  readonly options?: FixtureOptions;
  readonly config: Partial<ContainerConfig>;
  readonly history: readonly string[];
}[] = [
  {
    name: 'ENV sets several, replaces in place and keeps the order',
    text: 'ENV A=b C="d e" FOO=other\nENV legacy some  value\nENV A=$C',
    config: { Env: ['PATH=/bin', 'FOO=other', 'A=d e', 'C=d e', 'legacy=some  value'] },
    history: ['E ENV A=b C=d e FOO=other', 'E ENV legacy=some  value', 'E ENV A=d e'],
  },
  {
    name: 'ENV sees the values from before the instruction',
    text: 'ENV abc=hello\nENV abc=bye def=$abc',
    config: { Env: ['PATH=/bin', 'FOO=basefoo', 'abc=bye', 'def=hello'] },
    history: ['E ENV abc=hello', 'E ENV abc=bye def=hello'],
  },
  {
    name: 'LABEL expands keys and values; labels of the request win',
    text: 'LABEL a=$FOO "b c"=\'$FOO\' $FOO=x',
    options: { labels: { a: 'asked', z: '1' } },
    config: { Labels: { a: 'asked', 'b c': '$FOO', basefoo: 'x', z: '1' } },
    history: ['E LABEL a=basefoo b c=$FOO basefoo=x'],
  },
  {
    name: 'EXPOSE sorts words as written, expands, makes ranges and protocols',
    text: 'ENV P="90 91"\nEXPOSE 9/tcp $P 8080:80/udp 127.0.0.1:1:2 7-9/SCTP',
    config: { ExposedPorts: { '90/tcp': {}, '91/tcp': {}, '2/tcp': {}, '7/sctp': {}, '8/sctp': {}, '9/sctp': {}, '80/udp': {}, '9/tcp': {} } },
    history: ['E ENV P=90 91', 'E EXPOSE [90/tcp 91/tcp 2/tcp 7/sctp 8/sctp 9/sctp 80/udp 9/tcp]'],
  },
  {
    name: 'VOLUME in both forms',
    text: 'VOLUME /a b\nVOLUME ["/x y", "$FOO"]',
    config: { Volumes: { '/a': {}, b: {}, '/x y': {}, basefoo: {} } },
    history: ['E VOLUME [/a b]', 'E VOLUME [/x y basefoo]'],
  },
  {
    name: 'STOPSIGNAL name, the last one counts',
    text: 'STOPSIGNAL 9\nSTOPSIGNAL sigkill',
    config: { StopSignal: 'sigkill' },
    history: ['E STOPSIGNAL 9', 'E STOPSIGNAL sigkill'],
  },
  { name: 'USER expands', text: 'USER $FOO:1', config: { User: 'basefoo:1' }, history: ['E USER basefoo:1'] },
  {
    name: 'HEALTHCHECK with all flags, exec form',
    text: 'HEALTHCHECK --interval=1m30s --timeout=2s --start-period=500ms --start-interval=2s --retries=10 CMD ["a", "b c"]',
    config: {
      Healthcheck: { Test: ['CMD', 'a', 'b c'], Interval: 90e9, Timeout: 2e9, StartPeriod: 500e6, StartInterval: 2e9, Retries: 10 },
    },
    history: ['E HEALTHCHECK &{["CMD" "a" "b c"] "1m30s" "2s" "500ms" "2s" \'\\n\'}'],
  },
  {
    name: 'HEALTHCHECK NONE and shell form',
    text: 'HEALTHCHECK NONE\nHEALTHCHECK CMD echo ok && true',
    config: { Healthcheck: { Test: ['CMD-SHELL', 'echo ok && true'] } },
    history: ['E HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" \'\\x00\'}', 'E HEALTHCHECK &{["CMD-SHELL" "echo ok && true"] "0s" "0s" "0s" "0s" \'\\x00\'}'],
  },
  {
    name: 'CMD in the shell of SHELL',
    text: 'SHELL ["/bin/sh", "-ec"]\nCMD echo $A',
    config: { Shell: ['/bin/sh', '-ec'], Cmd: ['/bin/sh', '-ec', 'echo $A'], ArgsEscaped: true },
    history: ['E SHELL [/bin/sh -ec]', 'E CMD ["/bin/sh" "-ec" "echo $A"]'],
  },
  {
    name: 'CMD exec form is quoted as Go does',
    text: 'CMD ["json", "é\\u0001\\"\\\\\\t"]',
    config: { Cmd: ['json', 'é\u0001"\\\t'], ArgsEscaped: true },
    history: ['E CMD ["json" "é\\x01\\"\\\\\\t"]'],
  },
  { name: 'ENTRYPOINT clears the CMD of the base', text: 'ENTRYPOINT ["b"]', config: { Entrypoint: ['b'], Cmd: undefined! }, history: ['E ENTRYPOINT ["b"]'] },
  {
    name: 'ENTRYPOINT keeps the CMD of its stage',
    text: 'CMD ["a"]\nENTRYPOINT ["b"]',
    config: { Entrypoint: ['b'], Cmd: ['a'] },
    history: ['E CMD ["a"]', 'E ENTRYPOINT ["b"]'],
  },
  { name: 'ENTRYPOINT [] leaves nothing in the config', text: 'ENTRYPOINT []', config: { Entrypoint: undefined! }, history: ['E ENTRYPOINT []'] },
  {
    name: 'ONBUILD is kept with its heredoc and has no history',
    text: 'ONBUILD RUN echo trig\nONBUILD COPY <<EOF /x\nhi\nEOF\n',
    config: { OnBuild: ['RUN echo trig', 'COPY <<EOF /x\nhi\nEOF'] },
    history: [],
  },
];

for (const { name, text, options, config, history } of table) {
  test(`buildGraph: ${name}`, async () => {
    const graph = await graphOf(`FROM base\n${text}`, options);
    for (const [key, value] of Object.entries(config)) assert.deepEqual(graph.config.config?.[key as keyof ContainerConfig], value);
    assert.deepEqual(ownHistory(graph), history);
    assert.equal(graph.target.op.kind, 'image', 'config instructions make no layers');
  });
}

test('buildGraph: MAINTAINER is the author', async () => {
  const graph = await graphOf('FROM base\nMAINTAINER me <a@b>');
  assert.equal(graph.config.author, 'me <a@b>');
  assert.deepEqual(ownHistory(graph), ['E MAINTAINER me <a@b>']);
});

test('buildGraph: history of the base comes first, with its times', async () => {
  const graph = await graphOf('FROM base\nENV A=b');
  assert.deepEqual(graph.history[0], { created: '2020-01-01T00:00:00Z', createdBy: 'base layer', comment: undefined, author: undefined, emptyLayer: false });
});

test('buildGraph: PATH is set where the base has none', async () => {
  const graph = await graphOf('FROM base\nRUN x', { images: { 'docker.io/library/base:latest': { config: {} } } });
  assert.deepEqual(graph.config.config?.Env, ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']);
});

const faults: readonly [string, string][] = [
  ['EXPOSE 99999', 'BAD_PORT'],
  ['EXPOSE 80/icmp', 'BAD_PORT'],
  ['EXPOSE /tcp', 'BAD_PORT'],
  ['EXPOSE 5-3', 'BAD_PORT'],
  ['EXPOSE 1-2:3-5', 'BAD_PORT'],
  ['EXPOSE 1.2.3.999:1:2', 'BAD_PORT'],
  ['STOPSIGNAL FOO', 'BAD_SIGNAL'],
  ['STOPSIGNAL 0', 'BAD_SIGNAL'],
  ['VOLUME $NOTSET', 'VOLUME'],
  ['ENV A="$', 'BAD_EXPANSION'],
  ['USER ${FOO:?no}${NO?must be set}', 'BAD_EXPANSION'],
];
for (const [text, code] of faults) {
  test(`buildGraph: ${text} is refused with its line`, async () => {
    await assert.rejects(graphOf(`FROM base\n\n${text}\n`), (error: { code: string; location?: { startLine: number } }) => {
      assert.equal(error.code, code);
      assert.equal(error.location?.startLine, 3);
      return true;
    });
  });
}
