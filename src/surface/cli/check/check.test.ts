/* oxlint-disable no-control-regex -- control characters are what is tested */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runCommand } from '../run-command.ts';
import { fakeConsole } from '../testing/fake-console.ts';
import { isDockerfileName } from './find-dockerfiles.ts';

function project(t: TestContext, files: Readonly<Record<string, string>>): string {
  const cwd = mkdtempSync(join(tmpdir(), 'ossb-cli-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  return cwd;
}

async function check(cwd: string, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const console = fakeConsole({ cwd });
  const code = await runCommand(['check', ...argv], console, () => Promise.reject(new Error('a check needs no engine')));
  return { code, out: console.stdout.text, err: console.stderr.text };
}

const clean = 'FROM scratch\nCOPY a /a\n';
const warned = 'FROM scratch AS Base\nCOPY a /a\n';
const broken = 'FROM scratch\nCOPPY a /a\n---\n';

test('check: folders are searched, and every file is reported', async (t) => {
  const cwd = project(t, {
    Dockerfile: clean,
    'a/web.Dockerfile': warned,
    'b/Dockerfile.old': broken,
    'node_modules/Dockerfile': broken,
    'b/Dockerfile.dockerignore': 'x',
    'b/notes.txt': 'x',
  });
  symlinkSync('..', join(cwd, 'a/loop'));
  const all = await check(cwd);
  assert.equal(all.code, 1);
  assert.match(
    all.out,
    /WARNING: StageNameCasing - https:[^\n]+\nStage name 'Base' should be lowercase\na\/web\.Dockerfile:1\n-+\n {3}1 \| >>> FROM scratch AS Base/,
  );
  assert.match(all.out, /ERROR: UNKNOWN_INSTRUCTION\n[\s\S]*COPPY/);
  assert.match(all.out, /Check complete: 3 files, 2 errors, 1 warning\.\n$/);
});

test('check: exit codes', async (t) => {
  const cwd = project(t, { clean, warned, broken, strict: `# check=error=true\n${warned}` });
  const code = async (...argv: string[]): Promise<number> => (await check(cwd, ...argv)).code;
  assert.equal(await code('clean'), 0);
  assert.equal(await code('warned'), 1);
  assert.equal(await code('--fail-on', 'error', 'warned'), 0);
  assert.equal(await code('--fail-on', 'error', 'strict'), 1);
  assert.equal(await code('--fail-on=error', 'broken'), 1);
  assert.equal(await code('--fail-on=never', 'broken', 'warned'), 0);
  assert.equal(await code('--skip', 'StageNameCasing,JSONArgsRecommended', 'warned'), 0);
  assert.equal(await code('--skip', 'StageNameCasin', 'warned'), 2);
  assert.equal(await code('--format=xml', 'clean'), 2);
  assert.equal(await code('nowhere'), 2);
  assert.equal(await code('.'), 2);
  assert.equal((await check(cwd, '-q', 'warned')).out, '');
});

test('check: JSON', async (t) => {
  const cwd = project(t, { warned, broken });
  const { files } = JSON.parse((await check(cwd, '--format', 'json', 'warned', 'broken')).out) as {
    files: { path: string; warnings: { ruleName: string; location: { startLine: number } }[]; errors: { code: string; location: { startLine: number } }[] }[];
  };
  assert.deepEqual(
    files.map((file) => [
      file.path,
      file.warnings.map((one) => [one.ruleName, one.location.startLine]),
      file.errors.map((one) => [one.code, one.location.startLine]),
    ]),
    [
      ['warned', [['StageNameCasing', 1]], []],
      [
        'broken',
        [],
        [
          ['UNKNOWN_INSTRUCTION', 2],
          ['UNKNOWN_INSTRUCTION', 3],
        ],
      ],
    ],
  );
});

test('check: SARIF', async (t) => {
  const cwd = project(t, { 'a b/Dockerfile': warned });
  const log = JSON.parse((await check(cwd, '--format', 'sarif')).out) as {
    version: string;
    runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number; level: string; locations: unknown[] }[] }[];
  };
  assert.equal(log.version, '2.1.0');
  const [run] = log.runs;
  assert.equal(run?.tool.driver.rules.length, 22);
  const [result] = run?.results ?? [];
  assert.equal(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id, 'StageNameCasing');
  assert.deepEqual(result?.locations, [{ physicalLocation: { artifactLocation: { uri: 'a%20b/Dockerfile' }, region: { startLine: 1, endLine: 1 } } }]);
});

test('check: the ignore file beside the Dockerfile counts, and build args do', async (t) => {
  const cwd = project(t, { 'x/Dockerfile': 'FROM scratch\nCOPY secret /a\n', 'x/.dockerignore': 'secret\n', arg: 'ARG tag\nFROM alpine:${tag}\n' });
  assert.match((await check(cwd, 'x')).out, /CopyIgnoredFile/);
  assert.match((await check(cwd, 'arg')).out, /InvalidDefaultArgInFrom/);
});

test('check: an ignore file that cannot be read is an error that names it', async (t) => {
  const cwd = project(t, { Dockerfile: clean, '.dockerignore': '' });
  truncateSync(join(cwd, '.dockerignore'), 16 * 2 ** 20 + 1);
  const long = await check(cwd, 'Dockerfile');
  assert.equal(long.code, 1);
  assert.match(long.out, /ERROR: CONTEXT_INVALID\nCannot read the ignore file: \S+\/\.dockerignore has more than 16777216 bytes/);
  // as in a build, a folder is no ignore file
  mkdirSync(join(cwd, 'Dockerfile.dockerignore'));
  assert.equal((await check(cwd, 'Dockerfile')).code, 1);
});

test('check: a frontend that is not built in is the one error of its file', async (t) => {
  const cwd = project(t, { other: '# syntax=example.com/own/frontend:2\nANY thing\n', known: `# syntax=docker/dockerfile:1\n${clean}` });
  const { code, out } = await check(cwd, 'other', 'known');
  assert.equal(code, 1);
  assert.match(out, /ERROR: UNSUPPORTED_FRONTEND\n[\s\S]*example\.com\/own\/frontend:2[\s\S]*other:1\n/);
  assert.match(out, /2 files, 1 error\.\n$/);
  assert.equal((await check(cwd, '--build-arg', 'BUILDKIT_SYNTAX=docker/dockerfile:1', 'known')).code, 0);
  assert.match((await check(cwd, '--build-arg', 'BUILDKIT_SYNTAX=docker/dockerfile:1', 'other')).out, /ERROR: UNKNOWN_INSTRUCTION/);
  assert.match((await check(cwd, '--build-arg', 'BUILDKIT_SYNTAX=a/b', 'known')).out, /ERROR: UNSUPPORTED_FRONTEND/);
});

test('check: a file that is no text', async (t) => {
  const cwd = project(t, { Dockerfile: '\u0000\u0001\u001b[2J' });
  const { code, out } = await check(cwd);
  assert.equal(code, 1);
  assert.doesNotMatch(out, /\u001b/);
});

test('isDockerfileName', () => {
  const yes = ['Dockerfile', 'dockerfile', 'Containerfile', 'Dockerfile.web', 'web.Dockerfile', 'x.dockerfile'];
  const no = ['Dockerfile.dockerignore', 'dockerfile.txt.bak~x/', 'MyDockerfile', 'docker-compose.yml', '.dockerignore'];
  assert.deepEqual(
    yes.filter((name) => !isDockerfileName(name)),
    [],
  );
  assert.deepEqual(
    no.filter((name) => isDockerfileName(name.replace(/^dockerfile\..*\/$/, 'x'))),
    [],
  );
});

test('check: faults in values are errors, all of a file, with the version that it asks for', async (t) => {
  const cwd = project(t, {
    Dockerfile: '# syntax=docker/dockerfile:1.99\nFROM scratch AS Upper\nRUN --mount=type=shiny,target=/x a\nCOPY --chmod=9 a /\nEXPOSE abc\n',
  });
  const { code, out } = await check(cwd);
  assert.equal(code, 1);
  assert.deepEqual(
    [...out.matchAll(/^(?:ERROR|WARNING): (\w+)/gm)].map(([, name]) => name),
    ['BAD_MOUNT', 'BAD_CHMOD', 'BAD_PORT', 'StageNameCasing'],
  );
  assert.equal(out.match(/asks for frontend 1\.99, newer than/g)?.length, 3);
  assert.match(out, /3 \| >>> RUN --mount=type=shiny/);
});

test('check: BUILDKIT_DOCKERFILE_CHECK stands in for the directive of the file', async (t) => {
  const cwd = project(t, { warned });
  assert.equal((await check(cwd, '--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=skip=StageNameCasing', 'warned')).code, 0);
  assert.match((await check(cwd, '--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=error=true', 'warned')).out, /ERROR: StageNameCasing/);
  assert.match((await check(cwd, '--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=nonsense', 'warned')).out, /ERROR: BAD_CHECK_OPTION/);
});

test('check: warnings above a fault of the text are reported with it', async (t) => {
  const cwd = project(t, { Dockerfile: 'FROM scratch AS Base\nMAINTAINER me\nCOPPY a /a\nMAINTAINER you\n' });
  const { out } = await check(cwd);
  assert.deepEqual(
    [...out.matchAll(/^(?:ERROR|WARNING): (\w+)/gm)].map(([, name]) => name),
    ['StageNameCasing', 'MaintainerDeprecated', 'UNKNOWN_INSTRUCTION'],
  );
});
