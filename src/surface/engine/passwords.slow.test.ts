import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { BuildError } from '../../core/errors.ts';
import { Bench, noNamespaces } from './testing/bench.ts';

test('build: the password of a URL is in no event, message or history', { skip: noNamespaces() }, async (t) => {
  await using bench = await Bench.open();
  const authorizations = new Set<string | undefined>();
  const server = createServer((request, response) => {
    authorizations.add(request.headers.authorization);
    response.writeHead(request.url === '/there' ? 200 : 404).end('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { events, result } = await bench.succeed(`FROM scratch\nADD http://user:p@ss@${host}/there /a\n`, { tags: ['a'] });
  assert.ok(authorizations.has(`Basic ${Buffer.from('user:p@ss').toString('base64')}`));
  assert.match(result.image?.config?.history?.[0]?.created_by ?? '', new RegExp(`ADD http://${host}/there`));
  const missing = await bench.run(`FROM scratch\nADD http://user:p@ss@${host}/missing /a\n`);
  const git = await bench.run(`FROM scratch\nADD http://user:p@ss@${host}/missing.git /a\n`);
  const context = await bench.run('', { context: { kind: 'git', url: `http://user:p@ss@${host}/missing.git` } });
  for (const { error } of [missing, git, context]) assert.ok(error instanceof BuildError);
  const all = [...events, ...missing.events, ...git.events, ...context.events].map((event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'text' ? undefined : key === 'data' ? Buffer.from(value as Uint8Array).toString() : value)),
  );
  const errors = [missing, git, context].map(({ error }) => `${(error as BuildError).message} ${(error as BuildError).hint}`);
  for (const text of [...all, ...errors, JSON.stringify(result)]) assert.doesNotMatch(text, /p@ss|ss@|user:/);
});
