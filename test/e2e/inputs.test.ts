import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startGitServer } from '../../scripts/local/git-server.ts';
import { startRegistry } from '../../scripts/local/registry.ts';
import { findTool } from '../../scripts/local/tool.ts';
import type { CommandOptions, CommandResult } from '../harness/command.ts';
import { startFileServer } from '../harness/file-server.ts';
import { startGitDaemon } from '../harness/git-daemon.ts';
import { makeRepository, startGitHttp } from '../harness/git-http.ts';
import { ossb, ossbProgram } from '../harness/ossb.ts';

/** A folder with files, a store of its own, and builds whose result is a folder. None of them has a RUN, so none needs a base image or a container. */
class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'ossb-inputs-'));
  #built = 0;

  constructor(t: TestContext) {
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  put(files: Readonly<Record<string, string>>): this {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), text);
    }
    return this;
  }

  run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return ossb(['build', '--root', this.path('store'), '--progress', 'plain', ...args], { cwd: this.folder, ...options });
  }

  /** What the image holds: path to text. Folders are left out. */
  async build(args: readonly string[], options: CommandOptions = {}): Promise<Record<string, string>> {
    const dest = this.path(`built-${this.#built++}`);
    const result = await this.run(['-o', dest, ...args], options);
    assert.equal(result.exitCode, 0, result.stderr);
    const files = (readdirSync(dest, { recursive: true }) as string[]).filter((path) => !statSync(join(dest, path)).isDirectory());
    return Object.fromEntries(files.toSorted().map((path) => [path, readFileSync(join(dest, path), 'utf8')]));
  }

  /** What `tar -tv` says of the image's files, owners as numbers. */
  async list(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    const dest = this.path(`built-${this.#built++}.tar`);
    const result = await this.run(['-o', `type=tar,dest=${dest}`, ...args], options);
    assert.equal(result.exitCode, 0, result.stderr);
    return execFileSync('tar', ['--numeric-owner', '--full-time', '--utc', '-tvf', dest], { encoding: 'utf8' });
  }
}

const everything = 'FROM scratch\nCOPY . /\n';

test('context: a git repository over http, with ref, subfolder and query', async (t) => {
  const desk = new Desk(t);
  const [first] = makeRepository(desk.path('git/app'), [
    { files: { Dockerfile: everything, file: 'one\n', 'sub/Dockerfile': 'FROM scratch\nCOPY file /\n', 'sub/file': 'below\n' }, tag: 'v1' },
    { files: { file: 'two\n' } },
  ]);
  const server = await startGitHttp(desk.path('git'));
  t.after(() => server.close());
  const url = `${server.url}/app/.git`;
  assert.equal((await desk.build([url]))['file'], 'two\n');
  assert.equal((await desk.build([`${url}#v1`]))['file'], 'one\n');
  assert.equal((await desk.build([`${url}#refs/heads/main`]))['file'], 'two\n');
  assert.equal((await desk.build([`${url}#${first}`]))['file'], 'one\n');
  assert.deepEqual(await desk.build([`${url}#:sub`]), { file: 'below\n' });
  assert.deepEqual(await desk.build([`${url}#v1:sub`]), { file: 'below\n' });
  assert.equal((await desk.build([`${url}?tag=v1`]))['file'], 'one\n');
  assert.deepEqual(await desk.build([`${url}?branch=main&subdir=sub`]), { file: 'below\n' });
  assert.deepEqual(await desk.build(['-f', 'sub/Dockerfile', `${url}#v1`]), { file: 'one\n' });
  // The Dockerfile from standard input, the context from git
  assert.deepEqual(await desk.build(['-f', '-', url], { input: 'FROM scratch\nCOPY sub/file /here\n' }), { here: 'below\n' });
  assert.equal(
    Object.keys(await desk.build([url])).some((path) => path.startsWith('.git')),
    false,
  );
  const kept = await desk.build(['--build-arg', 'BUILDKIT_CONTEXT_KEEP_GIT_DIR=1', url]);
  assert.ok('.git/HEAD' in kept, Object.keys(kept).join(' '));
  const byEnvironment = await desk.build(['--build-arg', 'BUILDKIT_CONTEXT_KEEP_GIT_DIR', url], {
    env: { ...process.env, BUILDKIT_CONTEXT_KEEP_GIT_DIR: 'true' },
  });
  assert.ok('.git/HEAD' in byEnvironment, Object.keys(byEnvironment).join(' '));
  const wrong = await desk.run([`${url}?tag=v1&checksum=${'0'.repeat(40)}`]);
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.stderr, /expected|checksum/i);
  assert.match((await desk.run([`${url}#nowhere`])).stderr, /nowhere/);
  assert.match((await desk.run([`${url}?colour=red`])).stderr, /unexpected query "colour"/);
});

test('context: a git repository by git daemon, as the main, a named one, and a source of ADD', async (t) => {
  const desk = new Desk(t).put({ 'one/Dockerfile': 'FROM n\nCOPY --from=n . /again/\n' });
  const [first] = makeRepository(desk.path('git/app.git'), [
    { files: { Dockerfile: everything, file: 'one\n', 'sub/Dockerfile': 'FROM scratch\nCOPY file /\n', 'sub/file': 'below\n' }, tag: 'v1' },
    { files: { file: 'two\n' } },
  ]);
  const daemon = await startGitDaemon(desk.path('git'));
  t.after(() => daemon.close());
  const url = `${daemon.url}/app.git`;
  assert.equal((await desk.build([url]))['file'], 'two\n');
  assert.deepEqual(await desk.build([`${url}#v1:sub`]), { file: 'below\n' });
  assert.equal((await desk.build([`${url}#${first}`]))['file'], 'one\n');
  assert.deepEqual(await desk.build(['--build-context', `n=${url}#:sub`, 'one']), {
    Dockerfile: 'FROM scratch\nCOPY file /\n',
    'again/Dockerfile': 'FROM scratch\nCOPY file /\n',
    'again/file': 'below\n',
    file: 'below\n',
  });
  assert.deepEqual(await desk.build(['-f', '-', 'one'], { input: `FROM scratch\nADD ${url}?ref=v1&subdir=sub /a/\n` }), {
    'a/Dockerfile': 'FROM scratch\nCOPY file /\n',
    'a/file': 'below\n',
  });
  const missing = await desk.run([`${daemon.url}/nowhere.git`]);
  assert.equal(missing.exitCode, 1);
  assert.match(missing.stderr, /Cannot .*nowhere\.git/);
});

test('context: a git repository over ssh', { skip: findTool('sshd') === undefined ? 'sshd missing: run scripts/setup' : false }, async (t) => {
  const desk = new Desk(t).put({
    'source/Dockerfile': everything,
    'source/deep/Dockerfile': everything,
    'source/deep/file': 'by ssh\n',
    'one/Dockerfile': 'FROM scratch\nCOPY --from=n file /n\n',
  });
  const server = await startGitServer(desk.path('server'), { 'app.git': desk.path('source') });
  t.after(() => server.close());
  const agent = startAgent(t, desk.path('agent'));
  execFileSync('ssh-add', ['-q', server.deployKey], { env: { ...process.env, SSH_AUTH_SOCK: agent }, stdio: 'pipe' });
  const env = { ...process.env, SSH_AUTH_SOCK: agent };
  const deep = { Dockerfile: everything, file: 'by ssh\n' };
  assert.deepEqual(await desk.build(['--ssh', 'default', `${server.url}app.git#v1.0.0:deep`], { env }), deep);
  assert.ok(server.logins() > 0);
  // Keys in the place of an agent
  assert.deepEqual(await desk.build(['--root', desk.path('fresh'), '--ssh', `default=${server.deployKey}`, `${server.url}app.git#:deep`]), deep);
  // The form of scp has no port: a program called ssh adds it, and the user that the server knows
  const { port, username, pathname } = new URL(server.url);
  desk.put({ 'bin/ssh': `#!/bin/sh\nPATH=\${PATH#*:} exec ssh -p ${port} -l ${username} "$@"\n` });
  chmodSync(desk.path('bin/ssh'), 0o755);
  const short = { ...env, PATH: `${desk.path('bin')}:${process.env['PATH']}` };
  const url = `git@127.0.0.1:${pathname}app.git`;
  const before = server.logins();
  assert.deepEqual(await desk.build(['--ssh', 'default', `${url}#v1.0.0:deep`], { env: short }), deep);
  assert.deepEqual(await desk.build(['--ssh', 'default', '--build-context', `n=${url}#:deep`, 'one'], { env: short }), { n: 'by ssh\n' });
  assert.deepEqual(await desk.build(['--ssh', 'default', '-f', '-', 'one'], { env: short, input: `FROM scratch\nADD ${url}#v1.0.0:deep /a/\n` }), {
    'a/Dockerfile': everything,
    'a/file': 'by ssh\n',
  });
  assert.ok(server.logins() > before);
  // Nobody to vouch for the build, and a repository that is not there
  const unknown = await desk.run(['--root', desk.path('fresh2'), `${server.url}app.git`], { env: { ...env, SSH_AUTH_SOCK: '' } });
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /ERROR: Cannot .*app\.git/);
  assert.match(unknown.stderr, /Hint: .*--ssh/);
  assert.equal((await desk.run(['--ssh', 'default', `${server.url}none.git`], { env })).exitCode, 1);
});

function startAgent(t: TestContext, socket: string): string {
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  t.after(() => void agent.kill());
  while (!existsSync(socket)) execFileSync('true');
  return socket;
}

test('context: a tar and a Dockerfile over http', async (t) => {
  const desk = new Desk(t).put({ 'app/Dockerfile': everything, 'app/other': 'FROM scratch\nCOPY file /only\n', 'app/file': 'packed\n' });
  execFileSync('tar', ['-C', desk.path('app'), '-czf', desk.path('app.tar.gz'), '.']);
  const own = 'FROM scratch\nCOPY . /all/\nCOPY <<EOF /note\nnoted\nEOF\n';
  const server = await startFileServer({
    '/app.tar.gz': readFileSync(desk.path('app.tar.gz')),
    '/no-suffix': readFileSync(desk.path('app.tar.gz')),
    '/own': own,
  });
  t.after(() => server.close());
  assert.equal((await desk.build([`${server.url}/app.tar.gz`]))['file'], 'packed\n');
  assert.equal((await desk.build([`${server.url}/no-suffix`]))['file'], 'packed\n');
  assert.deepEqual(await desk.build(['-f', 'other', `${server.url}/app.tar.gz`]), { only: 'packed\n' });
  // A Dockerfile that comes alone is the one file of its context, under the name that docker build gives it
  assert.deepEqual(await desk.build([`${server.url}/own`]), { 'all/context': own, note: 'noted\n' });
  assert.match((await desk.run([`${server.url}/none`])).stderr, /404/);
});

test('context: a tar on standard input, owners and modes kept', async (t) => {
  const desk = new Desk(t).put({ 'app/Dockerfile': everything, 'app/file': 'piped\n', 'app/web.Dockerfile': 'FROM scratch\nCOPY --chown=5:6 file /mine\n' });
  const flags = ['--sort=name', '--owner=1234', '--group=2345', '--mode=u=rw,go=', '--mtime=@1600000000', '-C', desk.path('app')];
  for (const compression of ['', '--gzip', '--bzip2', '--xz', '--zstd']) {
    execFileSync('tar', [...(compression === '' ? [] : [compression]), ...flags, '-cf', desk.path('app.tar'), 'Dockerfile', 'file', 'web.Dockerfile']);
    const shell = (args: string) =>
      execFileSync('sh', ['-c', `"$0" build --root "$1" ${args} - <"$2"`, ossbProgram, desk.path('store'), desk.path('app.tar')], {
        cwd: desk.folder,
        stdio: 'pipe',
      });
    shell('-q -o type=tar,dest=out.tar');
    assert.match(
      execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', desk.path('out.tar')], { encoding: 'utf8' }),
      /^-rw------- 1234\/2345 +6 2020-09-13 12:26 file$/m,
    );
    shell('-q -f web.Dockerfile -o type=tar,dest=out.tar');
    assert.match(execFileSync('tar', ['--numeric-owner', '-tvf', desk.path('out.tar')], { encoding: 'utf8' }), /^-rw------- 5\/6 .* mine$/m);
  }
});

test('Dockerfile: on standard input, with and without a context; outside the context', async (t) => {
  const desk = new Desk(t).put({
    'ctx/file': 'x\n',
    'elsewhere/Dockerfile': 'FROM scratch\nCOPY file /out\n',
    'elsewhere/Dockerfile.dockerignore': 'secret\n',
    'ctx/secret': 's\n',
  });
  assert.deepEqual(await desk.build(['-f', '-', 'ctx'], { input: 'FROM scratch\nCOPY file /in\n' }), { in: 'x\n' });
  assert.deepEqual(await desk.build(['-'], { input: 'FROM scratch\nCOPY <<EOF /a\nalone\nEOF\n' }), { a: 'alone\n' });
  assert.match((await desk.run(['-'], { input: 'FROM scratch\nCOPY file /\n' })).stderr, /no build context|there is no context/);
  assert.deepEqual(await desk.build(['-f', 'elsewhere/Dockerfile', 'ctx']), { out: 'x\n' });
  desk.put({ 'elsewhere/Dockerfile': everything });
  assert.deepEqual(Object.keys(await desk.build(['-f', 'elsewhere/Dockerfile', 'ctx'])), ['file']);
  assert.match((await desk.run(['-f', '-', '-'], { input: 'x' })).stderr, /ERROR/);
  assert.match((await desk.run(['ctx'])).stderr, /Dockerfile/);
  desk.put({ 'ctx/dockerfile': 'FROM scratch\nCOPY file /lower\n' });
  assert.deepEqual(await desk.build(['ctx']), { lower: 'x\n' });
  desk.put({ 'ctx/Dockerfile': 'FROM scratch\nCOPY file /upper\n' });
  assert.deepEqual(await desk.build(['ctx']), { upper: 'x\n' });
});

test('named contexts: folder, git, http, scratch; for COPY --from, over stages and images', async (t) => {
  const desk = new Desk(t).put({
    'ctx/Dockerfile':
      'FROM alpine AS base\nFROM scratch AS tools\nCOPY <<EOF /tool\nof the stage\nEOF\nFROM scratch\nCOPY --from=tools / /tools/\nCOPY --from=files . /files/\nCOPY --from=busybox:1 . /image/\n',
    'files/a': 'a\n',
    'files/left-out': 'no\n',
    'files/.dockerignore': 'left-out\n',
    'files/Dockerfile.dockerignore': 'a\n',
    'tools/tool': 'of the folder\n',
    'image/sh': 'stand-in\n',
    'archived/in': 'from a tar\n',
  });
  const contexts = ['--build-context', 'files=files', '--build-context', 'docker.io/library/busybox:1=image'];
  const plain = await desk.build([...contexts, 'ctx']);
  assert.deepEqual(plain, {
    'files/.dockerignore': 'left-out\n',
    'files/Dockerfile.dockerignore': 'a\n',
    'files/a': 'a\n',
    'image/sh': 'stand-in\n',
    'tools/tool': 'of the stage\n',
  });
  assert.equal((await desk.build([...contexts, '--build-context', 'tools=tools', 'ctx']))['tools/tool'], 'of the folder\n');
  desk.put({ 'one/Dockerfile': 'FROM n\nCOPY --from=n . /again/\n' });
  makeRepository(desk.path('git/app'), [{ files: { 'dir/g': 'git\n' }, tag: 'v1' }]);
  execFileSync('tar', ['-C', desk.path('archived'), '-cf', desk.path('in.tar'), '.']);
  const [git, server] = [await startGitHttp(desk.path('git')), await startFileServer({ '/in.tar': readFileSync(desk.path('in.tar')), '/plain': 'plain\n' })];
  t.after(() => Promise.all([git.close(), server.close()]));
  assert.deepEqual(await desk.build(['--build-context', `n=${git.url}/app/.git#v1:dir`, 'one']), { 'again/g': 'git\n', g: 'git\n' });
  assert.deepEqual(
    await desk.build(['--build-context', `n=${server.url}/in.tar`, '-f', '-', 'one'], { input: 'FROM scratch\nCOPY --from=n context /in.tar\n' }),
    {
      // As with docker build, an archive is one file, unlike one that is the main context
      'in.tar': readFileSync(desk.path('in.tar'), 'utf8'),
    },
  );
  assert.deepEqual(Object.keys(await desk.build(['--build-context', `n=${server.url}/in.tar`, 'one'])), ['again/context', 'context']);
  assert.deepEqual(await desk.build(['--build-context', `n=${server.url}/plain`, 'one']), { 'again/context': 'plain\n', context: 'plain\n' });
  assert.deepEqual(await desk.build(['--build-context', 'n=tools', 'one']), { 'again/tool': 'of the folder\n', tool: 'of the folder\n' });
  desk.put({ 'two/Dockerfile': 'FROM n\nCOPY <<EOF /x\nx\nEOF\n' });
  assert.deepEqual(await desk.build(['--build-context', 'n=scratch', 'two']), { x: 'x\n' });
  assert.match((await desk.run(['--build-context', 'n=nowhere', 'two'])).stderr, /there is no folder "nowhere"/);
  assert.match((await desk.run(['--build-context', 'n=input:one', 'two'])).stderr, /n=input:one": targets of bake files cannot be named here/);
});

test('named contexts: for one platform only', async (t) => {
  const desk = new Desk(t).put({ 'ctx/Dockerfile': 'FROM scratch\nCOPY --from=files . /\n', 'any/name': 'any\n', 'arm/name': 'arm\n' });
  const contexts = ['--build-context', 'files=any', '--build-context', 'files::linux/arm64=arm'];
  assert.deepEqual(await desk.build([...contexts, '--platform', 'linux/amd64', 'ctx']), { name: 'any\n' });
  assert.deepEqual(await desk.build([...contexts, '--platform', 'linux/arm64', 'ctx']), { name: 'arm\n' });
});

test(
  'named contexts: images of a registry, of the store and of OCI layouts',
  { skip: findTool('docker-registry') === undefined ? 'docker-registry missing: run scripts/setup' : false },
  async (t) => {
    const desk = new Desk(t).put({
      'base/Dockerfile': 'FROM scratch\nCOPY f /\nENV GREETING=hello\n',
      'base/f': 'base\n',
      'ctx/Dockerfile': 'FROM never/there AS x\nCOPY <<EOF /env\n$GREETING\nEOF\n',
    });
    const registry = await startRegistry({ folder: desk.path('registry') });
    t.after(() => registry.close());
    const ref = `${registry.address}/base:1`;
    const pushed = await desk.run(['-t', ref, '--push', '--metadata-file', 'meta.json', 'base']);
    assert.equal(pushed.exitCode, 0, pushed.stderr);
    const digest = (JSON.parse(readFileSync(desk.path('meta.json'), 'utf8')) as Record<string, string>)['containerimage.digest']!;
    const want = { env: 'hello\n', f: 'base\n' };
    const fresh = ['--root', desk.path('another-store')];
    for (const image of [ref, `${ref}@${digest}`, `${registry.address}/base@${digest}`]) {
      assert.deepEqual(await desk.build([...fresh, '--build-context', `never/there=docker-image://${image}`, 'ctx']), want, image);
    }
    assert.equal((await desk.run(['-t', 'local-only:2', 'base'])).exitCode, 0);
    assert.deepEqual(await desk.build(['--build-context', 'never/there=docker-image://local-only:2', 'ctx']), want);
    const layout = await desk.run(['-o', `type=oci,dest=${desk.path('layout')},tar=false`, '-t', 'base:tagged', 'base']);
    assert.equal(layout.exitCode, 0, layout.stderr);
    for (const value of ['layout', `layout@${digest}`, 'layout:tagged']) {
      assert.deepEqual(await desk.build([...fresh, '--build-context', `never/there=oci-layout://${value}`, 'ctx']), want, value);
    }
    assert.match((await desk.run(['--build-context', 'never/there=oci-layout://layout:none', 'ctx'])).stderr, /none/);
  },
);

test('SOURCE_DATE_EPOCH: number, context, named context, stage', async (t) => {
  const desk = new Desk(t).put({
    'ctx/Dockerfile': 'ARG SOURCE_DATE_EPOCH\nFROM scratch\nARG SOURCE_DATE_EPOCH\nCOPY . /\nCOPY <<EOF /epoch\n$SOURCE_DATE_EPOCH\nEOF\n',
    'ctx/old': '',
    'named/x': '',
  });
  utimesSync(desk.path('ctx/Dockerfile'), 1_500_000_000, 1_500_000_000);
  utimesSync(desk.path('ctx/old'), 1_000_000_000, 1_000_000_000);
  utimesSync(desk.path('named/x'), 1_400_000_000, 1_400_000_000);
  const epoch = async (value: string, ...more: string[]) => (await desk.build(['--build-arg', `SOURCE_DATE_EPOCH=${value}`, ...more, 'ctx']))['epoch'];
  assert.equal(await epoch('1234567890'), '1234567890\n');
  assert.equal(await epoch('context'), '1500000000\n');
  assert.equal(await epoch('files', '--build-context', 'files=named'), '1400000000\n');
  assert.match((await desk.run(['--build-arg', 'SOURCE_DATE_EPOCH=nobody', 'ctx'])).stderr, /invalid SOURCE_DATE_EPOCH: nobody/);
  assert.match(await desk.list(['--build-arg', 'SOURCE_DATE_EPOCH=1234567890', 'ctx']), /2009-02-13 23:31:30 epoch\n(?:.*\n)*.*2001-09-09 01:46:40 old/);
  // As an environment variable, as docker build takes it over
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1111111111' };
  assert.equal((await desk.build(['ctx'], { env }))['epoch'], '1111111111\n');
  const server = await startFileServer({ '/release': 'x' });
  t.after(() => server.close());
  desk.put({
    'ctx/Dockerfile': `ARG SOURCE_DATE_EPOCH=release\nFROM scratch AS release\nADD ${server.url}/release /\nFROM scratch\nARG SOURCE_DATE_EPOCH\nCOPY <<EOF /epoch\n$SOURCE_DATE_EPOCH\nEOF\n`,
  });
  assert.equal((await desk.build(['ctx']))['epoch'], `${Date.parse('2020-01-01T03:04:05Z') / 1000}\n`);
  makeRepository(desk.path('git/app'), [{ files: { Dockerfile: 'FROM scratch\nARG SOURCE_DATE_EPOCH\nCOPY <<EOF /epoch\n$SOURCE_DATE_EPOCH\nEOF\n' } }]);
  const git = await startGitHttp(desk.path('git'));
  t.after(() => git.close());
  assert.deepEqual(await desk.build(['--build-arg', 'SOURCE_DATE_EPOCH=context', `${git.url}/app/.git`]), { epoch: '1577934245\n' });
});

test('build args: predefined, of the platform, built in', async (t) => {
  const names = [
    'TARGETPLATFORM',
    'TARGETOS',
    'TARGETARCH',
    'TARGETVARIANT',
    'BUILDPLATFORM',
    'BUILDOS',
    'BUILDARCH',
    'TARGETSTAGE',
    'HTTP_PROXY',
    'no_proxy',
    'MINE',
    'DEFAULTED',
  ];
  const lines = (declared: boolean) =>
    `ARG DEFAULTED=global\nFROM scratch AS last\n${declared ? `ARG ${names.join('\nARG ')}\n` : ''}COPY <<EOF /args\n${names.map((name) => `${name}=\${${name}}`).join('\n')}\nEOF\n`;
  const desk = new Desk(t).put({ 'ctx/Dockerfile': lines(true), 'ctx/undeclared': lines(false) });
  const flags = ['--platform', 'linux/arm/v7', '--build-arg', 'MINE=given', '--build-arg', 'HTTP_PROXY=http://p', '--build-arg', 'no_proxy=h'];
  const { args = '' } = await desk.build([...flags, 'ctx']);
  const build = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const want = ['linux/arm/v7', 'linux', 'arm', 'v7', `linux/${build}`, 'linux', build, 'last', 'http://p', 'h', 'given', 'global'];
  assert.deepEqual(
    args.trim().split('\n'),
    names.map((name, i) => `${name}=${want[i]}`),
  );
  // Not declared, none is seen
  const undeclared = (await desk.build([...flags, '-f', 'ctx/undeclared', 'ctx']))['args'] ?? '';
  assert.deepEqual(
    undeclared.trim().split('\n'),
    names.map((name) => `${name}=`),
  );
  const fault = await desk.run(['--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=error=true', '--build-arg', 'TYPO=1', '--check', '-f', '-', 'ctx'], {
    input: 'FROM scratch AS Upper\nCOPY . /\n',
  });
  assert.equal(fault.exitCode, 1);
  assert.match(fault.stdout, /StageNameCasing/);
  const silent = await desk.run(['--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=skip=all', '--check', '-f', '-', 'ctx'], {
    input: 'FROM scratch AS Upper\nCOPY . /\n',
  });
  assert.equal(silent.exitCode, 0, silent.stdout);
});

test('build args: BUILDKIT_MULTI_PLATFORM makes an index and a folder of one platform', async (t) => {
  const desk = new Desk(t).put({ 'ctx/Dockerfile': 'FROM scratch\nCOPY f /\n', 'ctx/f': 'f\n' });
  const arm = ['--platform', 'linux/arm64', '--build-arg', 'BUILDKIT_MULTI_PLATFORM=1'];
  assert.deepEqual(await desk.build([...arm, 'ctx']), { 'linux_arm64/f': 'f\n' });
  const layout = await desk.run([...arm, '-o', `type=oci,dest=${desk.path('layout')},tar=false`, 'ctx']);
  assert.equal(layout.exitCode, 0, layout.stderr);
  assert.match(layout.stderr, /\[linux\/arm64 1\/1\] COPY f \//);
  const read = (path: string) => JSON.parse(readFileSync(desk.path(`layout/${path}`), 'utf8')) as { manifests: { digest: string; platform?: object }[] };
  const index = read(`blobs/${read('index.json').manifests[0]!.digest.replace(':', '/')}`);
  assert.deepEqual(
    index.manifests.map(({ platform }) => platform),
    [{ architecture: 'arm64', os: 'linux' }],
  );
  assert.deepEqual(await desk.build(['--build-arg', 'BUILDKIT_MULTI_PLATFORM=0', 'ctx']), { f: 'f\n' });
  assert.match((await desk.run(['--build-arg', 'BUILDKIT_MULTI_PLATFORM=maybe', 'ctx'])).stderr, /BUILDKIT_MULTI_PLATFORM=maybe: it is no boolean/);
  const several = await desk.run(['--build-arg', 'BUILDKIT_MULTI_PLATFORM=0', '--platform', 'linux/amd64,linux/arm64', 'ctx']);
  assert.match(several.stderr, /Cannot build for several platforms/);
});

test('build args: what is not made is reported, a name changes nothing', async (t) => {
  const desk = new Desk(t).put({ 'ctx/Dockerfile': 'FROM scratch\nCOPY f /\n', 'ctx/f': 'f\n' });
  const told = await desk.run(['--build-arg', 'BUILDKIT_INLINE_CACHE=1', '--build-arg', 'BUILDKIT_ATTEST_SBOM=', '-o', 'type=cacheonly', 'ctx']);
  assert.equal(told.exitCode, 0, told.stderr);
  assert.match(told.stderr, /BUILDKIT_INLINE_CACHE has no effect/);
  assert.match(told.stderr, /BUILDKIT_ATTEST_SBOM has no effect/);
  const quiet = await desk.run(['--build-arg', 'BUILDKIT_INLINE_CACHE=0', '--build-arg', 'BUILDKIT_BUILD_NAME=nightly', '-o', 'type=cacheonly', 'ctx']);
  assert.equal(quiet.exitCode, 0, quiet.stderr);
  assert.doesNotMatch(quiet.stderr, /BUILDKIT|warning/i);
});

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

test(
  'build args: BUILDKIT_SANDBOX_HOSTNAME and BUILDKIT_CACHE_MOUNT_NS, and the flags that go with caches',
  { skip: busybox === undefined || findTool('crun') === undefined ? 'busybox or crun missing: run scripts/setup' : false },
  async (t) => {
    const desk = new Desk(t).put({
      'ctx/Dockerfile':
        'FROM scratch\nCOPY --chmod=755 busybox /bin/busybox\nSHELL ["/bin/busybox", "sh", "-c"]\nARG N\nRUN --mount=type=cache,target=/c /bin/busybox hostname >/name; echo $N >>/c/runs; /bin/busybox cat /c/runs >/runs\nFROM scratch\nCOPY --from=0 /name /runs /\n',
    });
    copyFileSync(busybox!, desk.path('ctx/busybox'));
    const args = (...list: readonly string[]) => [...list.flatMap((arg) => ['--build-arg', arg]), 'ctx'];
    assert.deepEqual(await desk.build(args('N=1')), { name: 'buildkitsandbox\n', runs: '1\n' });
    assert.deepEqual(await desk.build(args('N=2', 'BUILDKIT_SANDBOX_HOSTNAME=builder')), { name: 'builder\n', runs: '1\n2\n' });
    assert.deepEqual(await desk.build(args('N=3', 'BUILDKIT_CACHE_MOUNT_NS=team')), { name: 'buildkitsandbox\n', runs: '3\n' });
    assert.deepEqual(await desk.build(args('N=4', 'BUILDKIT_CACHE_MOUNT_NS=team')), { name: 'buildkitsandbox\n', runs: '3\n4\n' });
    assert.deepEqual(await desk.build(['--cache-namespace', 'team', ...args('N=5')]), { name: 'buildkitsandbox\n', runs: '3\n4\n5\n' });
    assert.deepEqual(await desk.build(['--no-cache', '--cache-namespace', 'team', ...args('N=6')]), { name: 'buildkitsandbox\n', runs: '6\n' });
    assert.deepEqual(await desk.build(['--cache-namespace', 'team', ...args('N=7')]), { name: 'buildkitsandbox\n', runs: '6\n7\n' });
    assert.deepEqual(await desk.build(args('N=8')), { name: 'buildkitsandbox\n', runs: '1\n2\n8\n' });
  },
);

test('frontends: # syntax= and BUILDKIT_SYNTAX', async (t) => {
  const desk = new Desk(t).put({ 'ctx/f': 'f\n' });
  const run = (syntax: string, ...more: string[]) => desk.run([...more, '-o', 'out', '-f', '-', 'ctx'], { input: `${syntax}\nFROM scratch\nCOPY f /\n` });
  for (const image of [
    'docker/dockerfile',
    'docker/dockerfile:1',
    'docker.io/docker/dockerfile:1.7',
    'docker/dockerfile:1.7.1',
    'docker/dockerfile:1-labs',
    'docker/dockerfile:labs',
    `docker/dockerfile:1@sha256:${'a'.repeat(64)}`,
    'docker/dockerfile-upstream:master',
    'docker/dockerfile:experimental',
  ]) {
    assert.equal((await run(`# syntax=${image}`)).exitCode, 0, image);
  }
  for (const line of ['//syntax=docker/dockerfile:1', '#!/usr/bin/env ossb\n# syntax=docker/dockerfile:1'])
    assert.equal((await run(line)).exitCode, line.startsWith('//') ? 1 : 0, line);
  for (const image of ['someone/dockerfile:1', 'docker/dockerfile:2', 'docker/dockerfile:next', 'evil.example/docker/dockerfile:1']) {
    const refused = await run(`# syntax=${image}`);
    assert.equal(refused.exitCode, 1, image);
    assert.match(refused.stderr, /Cannot use the frontend/);
    assert.match(refused.stderr, />>> # syntax=/);
  }
  assert.match((await run('#', '--build-arg', 'BUILDKIT_SYNTAX=someone/else')).stderr, /Cannot use the frontend "someone\/else"/);
  // What a newer version may know is reported all at once, each with the version that is asked for
  for (const flags of [[], ['--check']]) {
    const newer = await desk.run([...flags, '-o', 'out', '-f', '-', 'ctx'], {
      input: '# syntax=docker/dockerfile:1.99\nFROM scratch\nCOPY --shiny f /\nSHINE x\nRUN --mount=type=shiny,target=/x x\nCOPY --chmod=9 f /\n',
    });
    assert.equal(newer.exitCode, 1);
    for (const line of ['COPY --shiny', 'SHINE', 'RUN --mount', 'COPY --chmod']) assert.ok(newer.stderr.includes(`>>> ${line}`), newer.stderr);
    assert.equal(newer.stderr.match(/asks for frontend 1\.99, newer than/g)?.length, 4);
  }
  assert.equal((await run('# syntax=docker/dockerfile:1.99')).exitCode, 0);
  const byArgument = await desk.run(['--build-arg', 'BUILDKIT_SYNTAX=docker/dockerfile:1.98', '-f', '-', 'ctx'], { input: 'FROM scratch\nSHINE x\n' });
  assert.match(byArgument.stderr, /asks for frontend 1\.98/);
  assert.equal((await run('# syntax=someone/else', '--build-arg', 'BUILDKIT_SYNTAX=docker/dockerfile:1')).exitCode, 0);
  assert.equal((await run('# syntax=someone/else', '--build-arg', 'BUILDKIT_SYNTAX=dockerfile.v0')).exitCode, 0);
  // Not a Dockerfile at all
  const other = await desk.run(['-f', '-', 'ctx'], { input: '{"syntax": "someone/else"}\n' });
  assert.match(other.stderr, /Cannot use the frontend "someone\/else"/);
});
