import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dockerConfigCredentials, type RunProgram } from './docker-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'ossb-docker-config-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'config.json');
const { signal } = new AbortController();
const auth = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64');

const noProgram: RunProgram = async () => {
  throw Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' });
};

function find(config: unknown, host: string, repository = 'a/b', runProgram: RunProgram = noProgram) {
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return dockerConfigCredentials({ path, runProgram }).find(host, repository, signal);
}

const basic = (username: string, password: string) => ({ kind: 'basic', username, password });

for (const [name, config, host, expected] of [
  ['auth of the host', { auths: { 'r.io': { auth: auth('u', 'p:q') } } }, 'r.io', basic('u', 'p:q')],
  ['a key that is a URL', { auths: { 'https://r.io/v2/': { auth: auth('u', 'p') } } }, 'r.io', basic('u', 'p')],
  ['Docker Hub under its old name', { auths: { 'https://index.docker.io/v1/': { auth: auth('u', 'p') } } }, 'registry-1.docker.io', basic('u', 'p')],
  ['username and password', { auths: { 'r.io': { username: 'u', password: 'p' } } }, 'r.io', basic('u', 'p')],
  ['an identity token', { auths: { 'r.io': { auth: auth('u', ''), identitytoken: 't' } } }, 'r.io', { kind: 'identity', token: 't' }],
  ['a registry token', { auths: { 'r.io': { registrytoken: 't' } } }, 'r.io', { kind: 'bearer', token: 't' }],
  ['the nearest path', { auths: { 'r.io': { auth: auth('x', 'y') }, 'r.io/a': { auth: auth('u', 'p') } } }, 'r.io', basic('u', 'p')],
  ['no other port', { auths: { 'r.io:5000': { auth: auth('u', 'p') } } }, 'r.io', undefined],
  ['an empty entry as nothing', { auths: { 'r.io': {} } }, 'r.io', undefined],
  ['an empty config as nothing', {}, 'r.io', undefined],
] as const) {
  test(`dockerConfigCredentials takes ${name}`, async () => {
    assert.deepEqual(await find(config, host), expected);
  });
}

test('dockerConfigCredentials finds nothing where there is no file', async () => {
  assert.equal(await dockerConfigCredentials({ path: join(folder, 'none.json'), runProgram: noProgram }).find('r.io', 'a', signal), undefined);
});

test('dockerConfigCredentials asks the helper of the host, else the store, then auths', async () => {
  const calls: string[] = [];
  const run: RunProgram = async (program, args, input) => {
    calls.push([program, ...args, input].join(' '));
    if (input === 'none.io') return { exitCode: 1, stdout: 'credentials not found in native keychain\n', stderr: '' };
    return { exitCode: 0, stdout: JSON.stringify({ ServerURL: input, Username: input === 'token.io' ? '<token>' : 'u', Secret: 's' }), stderr: '' };
  };
  const config = { credsStore: 'store', credHelpers: { 'own.io': 'own' }, auths: { 'none.io': { auth: auth('a', 'b') } } };
  assert.deepEqual(await find(config, 'own.io', 'a', run), basic('u', 's'));
  assert.deepEqual(await find(config, 'token.io', 'a', run), { kind: 'identity', token: 's' });
  assert.deepEqual(await find(config, 'none.io', 'a', run), basic('a', 'b'));
  assert.deepEqual(await find(config, 'docker.io', 'a', run), basic('u', 's'));
  assert.deepEqual(calls, [
    'docker-credential-own get own.io',
    'docker-credential-store get token.io',
    'docker-credential-store get none.io',
    'docker-credential-store get https://index.docker.io/v1/',
  ]);
});

test('a helper that is missing or fails is reported, and no secret with it', async () => {
  const config = { credsStore: 'x' };
  await assert.rejects(find(config, 'r.io', 'a'), { code: 'CREDENTIAL_HELPER_FAILED', message: /is not installed/ });
  const failing: RunProgram = async () => ({ exitCode: 2, stdout: '', stderr: 'locked\n' });
  await assert.rejects(find(config, 'r.io', 'a', failing), { code: 'CREDENTIAL_HELPER_FAILED', message: /exit code 2: locked/ });
  const talking: RunProgram = async () => ({ exitCode: 0, stdout: 'hunter2', stderr: '' });
  await assert.rejects(find(config, 'r.io', 'a', talking), (error: Error) => !`${error.stack} ${String(error.cause)}`.includes('hunter2'));
  await assert.rejects(find({ credsStore: '../x' }, 'r.io'), { code: 'DOCKER_CONFIG_INVALID' });
});

for (const [name, text] of [
  ['no JSON', '{"auths": {"r.io": {"auth": "c2VjcmV0'],
  ['no object', '[]'],
  ['auths of another kind', '{"auths": 1}'],
  ['an auth of another kind', '{"auths": {"r.io": {"auth": 1}}}'],
  ['a number in the place of a secret', '{"auths": {"r.io": {"password": 4711}, "s.io": 4711}}'],
  ['an auth without a colon', '{"auths": {"r.io": {"auth": "c2VjcmV0"}}}'],
] as const) {
  test(`dockerConfigCredentials refuses ${name}`, async () => {
    await assert.rejects(
      find(text, 'r.io'),
      (error: Error & { code?: string }) => error.code === 'DOCKER_CONFIG_INVALID' && !/c2VjcmV0|4711/.test(error.message),
    );
  });
}
