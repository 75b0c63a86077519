import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf, lastOp, lastVertex, ownHistory, type FixtureOptions } from '../graph-fixture.ts';

test('RUN: shell form, exec form and the shell of SHELL', async () => {
  assert.deepEqual(lastOp(await graphOf('FROM base\nRUN echo "a  b" $X'), 'run').args, ['/bin/sh', '-c', 'echo "a  b" $X']);
  assert.deepEqual(lastOp(await graphOf('FROM base\nRUN ["echo", "a b"]'), 'run').args, ['echo', 'a b']);
  assert.deepEqual(lastOp(await graphOf('FROM base\nSHELL ["bash", "-c"]\nRUN x'), 'run').args, ['bash', '-c', 'x']);
});

test('RUN: the settings of the stage and of the request', async () => {
  const options: FixtureOptions = { network: 'host', addHosts: [{ host: 'h', ip: '1.2.3.4' }], shmSizeBytes: 5, hostname: 'me' };
  const graph = await graphOf('FROM base\nUSER app\nWORKDIR /x/../y/\nRUN --security=insecure --device=a.b/c=d,required x', options);
  const { cwd, user, network, security, extraHosts, shmSizeBytes, hostname, devices, platform } = lastOp(graph, 'run');
  assert.deepEqual(
    { cwd, user, network, security, extraHosts, shmSizeBytes, hostname, devices, platform },
    {
      cwd: '/y',
      user: 'app',
      network: 'host',
      security: 'insecure',
      extraHosts: [{ host: 'h', ip: '1.2.3.4' }],
      shmSizeBytes: 5,
      hostname: 'me',
      devices: [{ name: 'a.b/c=d', required: true }],
      platform: { os: 'linux', architecture: 'amd64' },
    },
  );
  assert.equal(graph.config.config?.WorkingDir, '/x/../y/');
});

test('RUN: --network over that of the request', async () => {
  assert.equal(lastOp(await graphOf('FROM base\nRUN --network=none x', { network: 'host' }), 'run').network, 'none');
  assert.equal(lastOp(await graphOf('FROM base\nRUN --network=default x', { network: 'host' }), 'run').network, 'host');
  assert.equal(lastOp(await graphOf('FROM base\nRUN x'), 'run').network, 'default');
});

test('RUN: one heredoc as the whole command is the script', async () => {
  const graph = await graphOf('FROM base\nRUN <<EOF\necho one\necho $X\nEOF\n');
  assert.deepEqual(lastOp(graph, 'run').args, ['/bin/sh', '-c', 'echo one\necho $X\n']);
  assert.equal(lastVertex(graph, 'run').meta.name, '[2/2] RUN <<EOF (echo one...)');
  assert.deepEqual(ownHistory(graph), ['L RUN /bin/sh -c echo one\necho $X\n # buildkit']);
});

test('RUN: a heredoc with #! is a file that the shell starts', async () => {
  const { args, files } = lastOp(await graphOf('FROM base\nRUN <<-EOF\n#!/usr/bin/env python\n\tprint(1)\n\tEOF\n'), 'run');
  assert.deepEqual(args, ['/bin/sh', '-c', '/dev/pipes/EOF']);
  assert.deepEqual(files, [{ path: '/dev/pipes/EOF', content: '#!/usr/bin/env python\nprint(1)\n', mode: 0o755 }]);
});

test('RUN: tabs before #! make it a script of the shell, even where <<- drops them', async () => {
  const { args, files } = lastOp(await graphOf('FROM base\nRUN <<-EOF\n\t#!/bin/sh -e\n\techo\n\tEOF\n'), 'run');
  assert.deepEqual([args, files], [['/bin/sh', '-c', '#!/bin/sh -e\necho\n'], []]);
});

test('RUN: any other heredoc is given to the shell as it stands', async () => {
  const { args } = lastOp(await graphOf('FROM base\nRUN cat <<A <<-B > /x\na\nA\n\tb\nB\n'), 'run');
  assert.equal(args[2], 'cat <<A <<-B > /x\na\nA\n\tb\nB');
});

test('RUN: the name has variables replaced, quotes kept, and secrets masked', async () => {
  const name = async (text: string): Promise<string> => lastVertex(await graphOf(`FROM base\nENV A=3\n${text}`), 'run').meta.name;
  assert.equal(await name('run echo "$A" ${UNSET} \'x\' $FOO'), '[2/2] RUN echo "3" ${UNSET} \'x\' basefoo');
  assert.match(await name('RUN --mount=type=secret,id=s,env=FOO echo $FOO'), /echo \*{4}$/);
});

test('RUN: --no-cache of all stages or of one', async () => {
  const text = 'FROM base AS one\nRUN a\nFROM base AS two\nRUN b\nWORKDIR /c\nCOPY --from=one /x /';
  const uncached = async (options: FixtureOptions): Promise<string[]> =>
    (await graphOf(text, options)).vertices.filter(({ meta }) => meta.ignoreCache === true).map(({ meta }) => meta.name);
  assert.deepEqual(await uncached({ noCacheFilter: ['ONE'] }), ['[one 2/2] RUN a']);
  assert.deepEqual(await uncached({ noCache: true }), ['[one 2/2] RUN a', '[two 2/4] RUN b', '[two 4/4] COPY --from=one /x /']);
  assert.deepEqual(await uncached({}), []);
  // an equal step of another stage is the same step
  const equal = await graphOf('FROM base AS one\nRUN a\nFROM base AS two\nRUN a\nFROM scratch\nCOPY --from=one / /\nCOPY --from=two / /', {
    noCacheFilter: ['two'],
  });
  assert.equal(lastVertex(equal, 'run').meta.ignoreCache, true);
});
