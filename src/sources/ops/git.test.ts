import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStore } from '../../host/content/index.ts';
import { HttpClient } from '../../host/http/index.ts';
import { makeVertex, type GitOp, type Vertex } from '../../decide/graph/index.ts';
import type { StepContext } from '../../decide/solver/index.ts';
import { makeCertificates } from '../../../test/harness/certificate.ts';
import { startProxy } from '../../../test/harness/http-proxy.ts';
import { startGitHttp } from '../../../test/harness/git-http.ts';
import type { PlanEntry } from '../../core/tree/index.ts';
import { GitSource } from './git.ts';

async function serve(
  t: TestContext,
  folder: string,
  allows?: (authorization: string | undefined) => boolean,
  redirect?: (path: string) => string | undefined,
): Promise<string> {
  const server = await startGitHttp(folder, allows, redirect);
  t.after(() => server.close());
  return server.url;
}

interface Repository {
  readonly git: (...args: string[]) => string;
  readonly folder: string;
  readonly commit: (message: string, files: Readonly<Record<string, string>>) => string;
}

function repository(parent: string, name: string): Repository {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'A'],
        [`GIT_${who}_EMAIL`, 'a@b'],
        [`GIT_${who}_DATE`, '1600000000 +0000'],
      ]),
    ),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'file:http',
  };
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  git('init', '-q', '-b', 'main');
  return {
    folder,
    git,
    commit(message, files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      git('add', '-A');
      git('commit', '-q', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}

function temporary(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'ossb-git-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function sourceIn(
  t: TestContext,
  storeRoot: string,
  secrets: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string | undefined>> = {},
  caFiles: readonly string[] = [],
): GitSource {
  const store = openStore(storeRoot);
  t.after(() => store.close());
  const http = new HttpClient({ userAgent: 'ossb/test' });
  t.after(() => http.close());
  const secret = (id: string): Promise<Uint8Array | undefined> => Promise.resolve(secrets[id] === undefined ? undefined : Buffer.from(secrets[id]));
  return new GitSource({ store, http, caFiles, env: { ...process.env, ...env }, secret, sshSocket: () => Promise.resolve(undefined), now: Date.now });
}

function vertexOf(url: string, more: Partial<GitOp> = {}): Vertex & { op: GitOp } {
  return makeVertex({ kind: 'git', url, keepGitDir: false, submodules: true, ...more }, [], { name: 'ADD' }) as Vertex & { op: GitOp };
}

const context: StepContext = { signal: new AbortController().signal, hints: { exported: false, mounted: false }, emit: () => {} };

function linesOf(entries: readonly PlanEntry[]): string[] {
  return entries.map(({ type, mode, path, link, content }) => {
    const text = content?.kind === 'file' ? `=${readFileSync(content.path, 'utf8')}` : '';
    return `${type} ${mode.toString(8)} ${path}${text}${link === undefined ? '' : ` -> ${link}`}`;
  });
}

test('GitSource: the default branch, with exactly the files of the commit', async (t) => {
  const root = temporary(t);
  const { folder, commit, git } = repository(root, 'r');
  commit('1', { a: 'old' });
  symlinkSync('a', join(folder, 'link'));
  writeFileSync(join(folder, 'run'), 'x');
  chmodSync(join(folder, 'run'), 0o755);
  writeFileSync(join(folder, '.gitattributes'), 'a export-ignore\nrun filter=evil\n');
  const head = commit('2', { a: 'new', 'd/b': 'b' });
  git('checkout', '-q', '-b', 'other');
  commit('3', { a: 'other' });
  git('checkout', '-q', 'main');
  const url = `${await serve(t, root)}/r/.git`;
  const source = sourceIn(t, join(root, 'store'));
  const vertex = vertexOf(url, { mtime: 'commit' });
  assert.deepEqual(await source.keyParts(vertex, context.signal), [head]);
  const entries = await source.checkout(vertex, context);
  assert.deepEqual(linesOf(entries), [
    'file 644 .gitattributes=a export-ignore\nrun filter=evil\n',
    'file 644 a=new',
    'dir 755 d',
    'file 644 d/b=b',
    'symlink 777 link -> a',
    'file 755 run=x',
  ]);
  assert.deepEqual(new Set(entries.map((entry) => entry.mtimeSec)), new Set([1_600_000_000]));
  assert.equal((await source.checkout(vertexOf(url, { ref: 'other' }), context)).find((entry) => entry.path === 'a')?.size, 5);
});

test('GitSource: branches, tags, annotated tags and commits', async (t) => {
  const root = temporary(t);
  const { commit, git } = repository(root, 'r');
  const first = commit('1', { a: '1' });
  git('tag', 'light');
  git('tag', '-a', '-m', 'm', 'heavy');
  const tagObject = git('rev-parse', 'heavy');
  const second = commit('2', { a: '22' });
  git('branch', 'feature/x');
  const url = `${await serve(t, root)}/r/.git`;
  const source = sourceIn(t, join(root, 'store'));
  for (const [ref, expected] of [
    ['light', first],
    ['heavy', first],
    ['refs/tags/heavy', first],
    ['main', second],
    ['feature/x', second],
    ['refs/heads/main', second],
    [first, first],
  ] as const) {
    const vertex = vertexOf(url, { ref });
    assert.deepEqual(await source.keyParts(vertex, context.signal), [expected], ref);
    assert.equal((await source.checkout(vertex, context))[0]!.size, expected === first ? 1 : 2, ref);
  }
  assert.deepEqual(await source.keyParts(vertexOf(url, { ref: 'heavy', checksum: tagObject }), context.signal), [first]);
  assert.deepEqual(await source.keyParts(vertexOf(url, { ref: 'heavy', checksum: first.slice(0, 10) }), context.signal), [first]);
  await assert.rejects(source.keyParts(vertexOf(url, { ref: 'light', checksum: second }), context.signal), { code: 'CHECKSUM_MISMATCH' });
  await assert.rejects(source.keyParts(vertexOf(url, { ref: 'nope' }), context.signal), { code: 'GIT_REF_MISSING' });
  await assert.rejects(source.keyParts(vertexOf(url, { ref: '--upload-pack=touch x' }), context.signal), { code: 'GIT_URL_INVALID' });
  await assert.rejects(source.keyParts(vertexOf(url.replace('/r/', '/none/')), context.signal), { code: 'GIT_FAILED' });
  for (const other of ['ext::sh -c "touch x"', join(root, 'r'), `file://${root}/r`]) {
    await assert.rejects(source.keyParts(vertexOf(other), context.signal), { code: 'GIT_FAILED' });
  }
});

test('GitSource: a commit that was fetched once is not fetched again', async (t) => {
  const root = temporary(t);
  const { commit } = repository(root, 'r');
  const head = commit('1', { a: '1' });
  let open = true;
  const url = `${await serve(t, root, () => open)}/r/.git`;
  await sourceIn(t, join(root, 'store')).checkout(vertexOf(url), context);
  open = false;
  const entries = await sourceIn(t, join(root, 'store')).checkout(vertexOf(url, { ref: head }), context);
  assert.deepEqual(linesOf(entries), ['file 644 a=1']);
});

test('GitSource: a folder of the repository, which no symlink replaces', async (t) => {
  const root = temporary(t);
  const { folder, commit } = repository(root, 'r');
  symlinkSync('/etc', join(folder, 'evil'));
  commit('1', { 'a/b/c': '1', x: '2' });
  const url = `${await serve(t, root)}/r/.git`;
  const source = sourceIn(t, join(root, 'store'));
  assert.deepEqual(linesOf(await source.checkout(vertexOf(url, { subdir: '/a/b' }), context)), ['file 644 c=1']);
  for (const subdir of ['evil', 'x', 'none', '../..']) await assert.rejects(source.checkout(vertexOf(url, { subdir }), context), { code: 'GIT_REF_MISSING' });
});

test('GitSource: keeps .git where it is asked to', async (t) => {
  const root = temporary(t);
  const { commit } = repository(root, 'r');
  const head = commit('1', { a: '1' });
  const url = `${await serve(t, root)}/r/.git`;
  const entries = await sourceIn(t, join(root, 'store')).checkout(vertexOf(url.replace('//', '//user:password@'), { keepGitDir: true, ref: 'main' }), context);
  const config = entries.find((entry) => entry.path === '.git/config')?.content;
  const text = readFileSync((config as { path: string }).path, 'utf8');
  assert.match(text, new RegExp(`url = ${url}`));
  assert.doesNotMatch(text, /password/);
  assert.equal(execFileSync('git', ['-C', join((config as { path: string }).path, '../..'), 'rev-parse', 'main'], { encoding: 'utf8' }).trim(), head);
});

test('GitSource: submodules', async (t) => {
  const root = temporary(t);
  const sub = repository(root, 'sub');
  sub.commit('1', { inner: 'i' });
  const { commit, git } = repository(root, 'r');
  const server = await serve(t, root);
  // Added by path: our server cannot answer while we wait for git.
  git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', sub.folder, 'lib/sub');
  commit('1', { a: '1', '.gitmodules': `[submodule "lib/sub"]\n\tpath = lib/sub\n\turl = ${server}/sub/.git\n` });
  const source = sourceIn(t, join(root, 'store'));
  const lines = linesOf(await source.checkout(vertexOf(`${server}/r/.git`), context));
  assert.deepEqual(lines.slice(1), ['file 644 a=1', 'dir 755 lib', 'dir 755 lib/sub', 'file 644 lib/sub/inner=i']);
  const without = linesOf(await source.checkout(vertexOf(`${server}/r/.git`, { submodules: false }), context));
  assert.deepEqual(without.slice(1), ['file 644 a=1', 'dir 755 lib', 'dir 755 lib/sub']);
});

test('GitSource: credentials reach the server and nothing else', async (t) => {
  const root = temporary(t);
  repository(root, 'r').commit('1', { a: '1' });
  const expected = `basic ${Buffer.from('x-access-token:token').toString('base64')}`;
  const url = `${await serve(t, root, (authorization) => authorization === expected)}/r/.git`;
  const { host } = new URL(url);
  await assert.rejects(sourceIn(t, join(root, 'store')).keyParts(vertexOf(url), context.signal), { code: 'GIT_UNAUTHORIZED' });
  await sourceIn(t, join(root, 'store'), { GIT_AUTH_TOKEN: 'token\n' }).checkout(vertexOf(url), context);
  await sourceIn(t, join(root, 'store'), { [`GIT_AUTH_TOKEN.${host}`]: 'token', GIT_AUTH_TOKEN: 'wrong' }).keyParts(vertexOf(url), context.signal);
  await sourceIn(t, join(root, 'store'), { GIT_AUTH_HEADER: expected }).keyParts(vertexOf(url), context.signal);
  const stored = readdirSync(join(root, 'store', 'git'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(stored.length > 0);
  for (const entry of stored) assert.doesNotMatch(readFileSync(join(entry.parentPath, entry.name), 'latin1'), /token|eC1hY2Nlc3M/);
});

test('GitSource: credentials follow a redirect of the same server, and no other', async (t) => {
  const root = temporary(t);
  const head = repository(root, 'r').commit('1', { a: '1' });
  const elsewhere: (string | undefined)[] = [];
  const other = await serve(t, root, (authorization) => {
    elsewhere.push(authorization);
    return true;
  });
  const basic = `basic ${Buffer.from('x-access-token:tok').toString('base64')}`;
  const byUrl = `Basic ${Buffer.from('me:tok').toString('base64')}`;
  const redirect = (path: string): string | undefined =>
    path.startsWith('/renamed/')
      ? path.replace('/renamed/', '/r/.git/')
      : path.startsWith('/gone/')
        ? `${other}${path.replace('/gone/', '/r/.git/')}`
        : undefined;
  const url = await serve(t, root, (authorization) => authorization === basic || authorization === byUrl, redirect);
  const secrets = { GIT_AUTH_TOKEN: 'tok' };
  const withUser = url.replace('//', '//me:tok@');
  for (const [index, [base, given]] of (
    [
      [url, secrets],
      [withUser, {}],
    ] as const
  ).entries()) {
    const source = sourceIn(t, join(root, `store-${index}`), given);
    const vertex = vertexOf(`${base}/renamed`);
    assert.deepEqual(await source.keyParts(vertex, context.signal), [head]);
    assert.deepEqual(linesOf(await source.checkout(vertex, context)), ['file 644 a=1']);
    await assert.rejects(source.keyParts(vertexOf(`${base}/gone`), context.signal), { code: 'GIT_REDIRECTED', message: /credentials must not go/ });
  }
  assert.deepEqual(elsewhere, []);
  // Without credentials there is nothing to keep back.
  assert.deepEqual(await sourceIn(t, join(root, 'store-open')).keyParts(vertexOf(`${url}/gone`), context.signal), [head]);
  assert.ok(elsewhere.length > 0 && elsewhere.every((authorization) => authorization === undefined));
});

test('GitSource: submodules follow a redirect of the same server with credentials, and no other', async (t) => {
  const root = temporary(t);
  const basic = `basic ${Buffer.from('x-access-token:tok').toString('base64')}`;
  const elsewhere: (string | undefined)[] = [];
  const other = await serve(t, root, (authorization) => {
    elsewhere.push(authorization);
    return true;
  });
  const redirect = (path: string): string | undefined =>
    path.startsWith('/renamed')
      ? path.replace(/^\/renamed-(\w+)\//, '/$1/.git/')
      : path.startsWith('/gone/')
        ? `${other}${path.replace('/gone/', '/sub/.git/')}`
        : undefined;
  const byUrl = `Basic ${Buffer.from('me:tok').toString('base64')}`;
  const server = await serve(t, root, (authorization) => authorization === basic || authorization === byUrl, redirect);
  repository(root, 'sub').commit('1', { inner: 'i' });
  withSubmodule(repository(root, 'nested'), root, 'deep', 'sub', '../../renamed-sub');
  withSubmodule(repository(root, 'r'), root, 'lib', 'nested', `${server}/renamed-nested`);
  withSubmodule(repository(root, 'leads-away'), root, 'lib', 'sub', `${server}/gone`);
  withSubmodule(repository(root, 'relative'), root, 'lib', 'sub', '../../renamed-sub');
  const source = sourceIn(t, join(root, 'store'), { GIT_AUTH_TOKEN: 'tok' });
  const lines = linesOf(await source.checkout(vertexOf(`${server}/r/.git`), context));
  assert.ok(lines.includes('file 644 lib/deep/inner=i'), lines.join('\n'));
  await assert.rejects(source.checkout(vertexOf(`${server}/leads-away/.git`), context), { code: 'GIT_REDIRECTED', message: /credentials must not go/ });
  assert.deepEqual(elsewhere, []);
  const kept = await sourceIn(t, join(root, 'store-url')).checkout(
    vertexOf(`${server.replace('//', '//me:tok@')}/relative/.git`, { keepGitDir: true }),
    context,
  );
  assert.ok(linesOf(kept).includes('file 644 lib/inner=i'));
  for (const { path, content } of kept) if (content?.kind === 'file') assert.doesNotMatch(readFileSync(content.path, 'latin1'), /me:tok/, path);
});

/** Commits a submodule whose URL is not where it is fetched from here. */
function withSubmodule(outer: Repository, root: string, path: string, name: string, url: string): void {
  const commit = execFileSync('git', ['-C', join(root, name), 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  writeFileSync(join(outer.folder, '.gitmodules'), `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`);
  outer.git('add', '.gitmodules');
  outer.git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`);
  outer.git('commit', '-q', '-m', '1');
}

test('GitSource: trusts the authorities of the build, for submodules too, and no others', async (t) => {
  const certificates = makeCertificates(['127.0.0.1']);
  if (certificates === undefined) return t.skip('openssl is not installed');
  const root = temporary(t);
  const server = await startGitHttp(root, undefined, undefined, certificates);
  t.after(() => server.close());
  repository(root, 'sub').commit('1', { inner: 'i' });
  withSubmodule(repository(root, 'r'), root, 'lib', 'sub', `${server.url}/sub/.git`);
  // One that is named for git alone stands in for all others.
  const ownAuthorities = { GIT_SSL_CAINFO: undefined };
  const authority = join(root, 'authority.pem');
  writeFileSync(authority, certificates.authority);
  const url = `${server.url}/r/.git`;
  const lines = linesOf(await sourceIn(t, join(root, 'store'), {}, ownAuthorities, [authority]).checkout(vertexOf(url), context));
  assert.ok(lines.includes('file 644 lib/inner=i'), lines.join('\n'));
  await assert.rejects(sourceIn(t, join(root, 'store-2'), {}, ownAuthorities).keyParts(vertexOf(url), context.signal), {
    code: 'GIT_FAILED',
    message: /certificate/,
    hint: /SSL_CERT_FILE/,
  });
});

test('GitSource: goes through the proxy of HTTP_PROXY, and asks this machine directly', async (t) => {
  const root = temporary(t);
  const head = repository(root, 'r').commit('1', { a: '1' });
  const url = await serve(t, root);
  await using proxy = await startProxy({ target: new URL(url).host });
  const source = sourceIn(t, join(root, 'store'), {}, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '*.internal' });
  assert.deepEqual(await source.keyParts(vertexOf('http://far.example/r/.git'), context.signal), [head]);
  assert.match(proxy.requests[0]!, /^GET http:\/\/far\.example\/r\/\.git\/info\/refs/);
  const count = proxy.requests.length;
  assert.deepEqual(await source.keyParts(vertexOf(`${url}/r/.git`), context.signal), [head]);
  assert.equal(proxy.requests.length, count);
});
