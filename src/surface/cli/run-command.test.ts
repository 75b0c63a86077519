import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { BuildError } from '../../core/errors.ts';
import type { DiskRecord } from '../engine/index.ts';
import { buildFlags } from './flags/build-flags.ts';
import { helpText } from './help/help-text.ts';
import { runCommand } from './run-command.ts';
import { fakeConsole, type FakeConsole } from './testing/fake-console.ts';
import { FakeEngine, someDigest } from './testing/fake-engine.ts';
import { recordedBuild, stepFailure } from './testing/recorded-build.ts';
import { textWidth } from './progress/text-width.ts';
import { version } from '../../core/version.ts';

const image = { digest: someDigest, descriptor: { mediaType: 'x', digest: someDigest, size: 1 }, names: ['localhost:5000/app:1'] };

async function run(
  argv: readonly string[],
  engine: FakeEngine = new FakeEngine(),
  console: FakeConsole = fakeConsole(),
): Promise<FakeConsole & { code: number }> {
  const code = await runCommand(argv, console, () => Promise.resolve(engine));
  return { ...console, code };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'ossb-cli-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('version: the one of package.json', async () => {
  const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string };
  assert.equal(version, document.version);
  for (const word of ['--version', '-v', 'version']) assert.equal((await run([word])).stdout.text, `ossb ${version}\n`);
});

for (const command of [undefined, 'build', 'check', 'images', 'du', 'prune', 'doctor']) {
  test(`help: of ${command ?? 'the program'} fits a screen and has examples`, async () => {
    const text = helpText(command);
    const lines = text.split('\n');
    assert.ok(lines.length <= 46, `${lines.length - 1} lines`);
    for (const line of lines) assert.ok(textWidth(line) <= 100, line);
    assert.match(text, /\nExamples:\n {2}ossb /);
    assert.equal((await run(command === undefined ? ['--help'] : [command, '--help'])).stdout.text, text);
    assert.equal((await run(command === undefined ? ['help'] : ['help', command])).stdout.text, text);
  });
}

test('help: of build names every flag that has an effect', () => {
  const withoutEffect = ['rm', 'force-rm', 'compress', 'builder'];
  const missing = buildFlags.flags.filter((flag) => !withoutEffect.includes(flag.name) && !new RegExp(`--${flag.name}[ ,]`).test(helpText('build')));
  assert.deepEqual(missing, []);
});

test('help: stands even beside faults, and without arguments goes to standard error', async () => {
  assert.equal((await run(['build', '--bogus', '--help'])).code, 0);
  const alone = await run([]);
  assert.equal(alone.code, 2);
  assert.equal(alone.stdout.text, '');
  assert.match(alone.stderr.text, /^Usage: {2}ossb COMMAND/);
});

test('runCommand: unknown commands and early flags', async () => {
  const typo = await run(['biuld']);
  assert.equal(typo.code, 2);
  assert.match(typo.stderr.text, /Did you mean build\?/);
  assert.equal((await run(['-t', 'x'])).code, 2);
});

test('build: nothing is loaded where the flags are wrong', async () => {
  const console = fakeConsole();
  const code = await runCommand(['build', '--zzz'], console, () => Promise.reject(new Error('loaded')));
  assert.equal(code, 2);
  assert.match(console.stderr.text, /--zzz/);
});

test('build: plain output, files and the image line', async (t) => {
  const cwd = folder(t);
  const engine = new FakeEngine({ events: recordedBuild(0, 'done'), result: { image, metadata: { 'containerimage.digest': someDigest } } });
  const done = await run(['build', '-t', 'localhost:5000/app:1', '--iidfile', 'id', '--metadata-file', 'meta.json', '.'], engine, fakeConsole({ cwd }));
  assert.equal(done.code, 0);
  assert.equal(done.stdout.text, '');
  assert.match(done.stderr.text, /#4 DONE 0.4s\n[\s\S]*1 warning found[\s\S]*\nImage: localhost:5000\/app:1@sha256:9159392791db/);
  assert.equal(readFileSync(join(cwd, 'id'), 'utf8'), someDigest);
  assert.deepEqual(JSON.parse(readFileSync(join(cwd, 'meta.json'), 'utf8')), { 'containerimage.digest': someDigest });
  assert.deepEqual(engine.requests[0]?.tags, ['localhost:5000/app:1']);
});

test('build: quiet prints the digest alone, and a failure still says why', async () => {
  const good = await run(['build', '-q', '.'], new FakeEngine({ events: recordedBuild(0, 'done'), result: { image } }));
  assert.equal(good.stdout.text, `${someDigest}\n`);
  assert.equal(good.stderr.text, '');
  const bad = await run(['build', '-q', '.'], new FakeEngine({ events: recordedBuild(0, 'failed'), error: stepFailure() }));
  assert.equal(bad.code, 1);
  assert.equal(bad.stdout.text, '');
  assert.match(bad.stderr.text, /^------\n > \[stage-1[\s\S]*two\n[\s\S]*>>> RUN[\s\S]*ERROR: Cannot run[\s\S]*Hint:/);
});

test('build: none prints nothing where all is well', async () => {
  const good = await run(['build', '--progress', 'none', '.'], new FakeEngine({ events: recordedBuild(0, 'done'), result: { image } }));
  assert.equal(good.stdout.text + good.stderr.text, '');
});

test('build: rawjson has only JSON lines, the failure included', async () => {
  const bad = await run(['build', '--progress=rawjson', '.'], new FakeEngine({ events: recordedBuild(0, 'failed'), error: stepFailure() }));
  const lines = bad.stderr.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = lines.at(-1)?.['error'] as { readonly code: string } | undefined;
  assert.equal(last?.code, 'STEP_FAILED');
});

test('build: an identifier of an earlier build does not outlive a failure', async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, 'id'), 'old');
  const bad = await run(['build', '--iidfile', 'id', '.'], new FakeEngine({ events: [], error: stepFailure() }), fakeConsole({ cwd }));
  assert.equal(bad.code, 1);
  assert.equal(existsSync(join(cwd, 'id')), false);
});

test('build: --iidfile without an image, and a folder that is not there', async (t) => {
  const cwd = folder(t);
  const none = await run(['build', '--iidfile', 'id', '-o', 'out', '.'], new FakeEngine(), fakeConsole({ cwd }));
  assert.equal(none.code, 1);
  assert.match(none.stderr.text, /no image/);
  for (const [flag, path, mention] of [
    ['--metadata-file', 'no/such/file', /Cannot write .*no\/such\/file: its folder does not exist/],
    ['--iidfile', 'no/such/file', /its folder does not exist/],
    ['--iidfile', '.', /it is a folder/],
  ] as const) {
    const engine = new FakeEngine({ events: [], result: { image } });
    const absent = await run(['build', flag, path, '.'], engine, fakeConsole({ cwd }));
    assert.equal(absent.code, 1);
    assert.match(absent.stderr.text, mention);
    assert.deepEqual(engine.requests, [], 'nothing is built');
  }
});

test('build: a device that does not take the result is an error of that file', async (t) => {
  const console = fakeConsole({ cwd: folder(t) });
  const full = await run(['build', '--metadata-file', '/dev/full', '.'], new FakeEngine({ events: [], result: { image } }), console);
  assert.equal(full.code, 1);
  assert.match(full.stderr.text, /^ERROR: Cannot write \/dev\/full: ENOSPC/m);
});

test('build: the results of --call are printed and give the exit code', async () => {
  const callResult = { text: 'Check complete', json: { warnings: [] }, exitCode: 1 };
  const text = await run(['build', '--check', '.'], new FakeEngine({ events: recordedBuild(0, 'done'), result: { callResult } }));
  assert.equal(text.code, 1);
  assert.equal(text.stdout.text, 'Check complete\n');
  assert.doesNotMatch(text.stderr.text, /warning found/);
  const json = await run(['build', '--call', 'check,format=json', '.'], new FakeEngine({ events: [], result: { callResult } }));
  assert.deepEqual(JSON.parse(json.stdout.text), { warnings: [] });
});

test('build: exit code 75 where trying again can help', async () => {
  class Busy extends BuildError<'BUSY'> {}
  const busy = await run(['build', '.'], new FakeEngine({ events: [], error: new Busy('BUSY', 'Cannot push: 503', { family: 'registry', retryable: true }) }));
  assert.equal(busy.code, 75);
});

test('build: the way of showing', async () => {
  const shown = async (argv: readonly string[], env: Record<string, string>, terminal: boolean): Promise<string> => {
    const done = await run(['build', ...argv, '.'], new FakeEngine({ events: recordedBuild(0, 'done') }), fakeConsole({ env, terminal }));
    const { text } = done.stderr;
    return done.code === 2 ? 'refused' : text === '' ? 'quiet' : text.startsWith('{') ? 'rawjson' : text.includes('[+] Building') ? 'tty' : 'plain';
  };
  assert.equal(await shown([], {}, true), 'tty');
  assert.equal(await shown([], {}, false), 'plain');
  assert.equal(await shown([], { CI: 'true' }, true), 'plain');
  assert.equal(await shown([], { TERM: 'dumb' }, true), 'plain');
  assert.equal(await shown(['--progress=tty'], { CI: 'true' }, true), 'tty');
  assert.equal(await shown(['--progress=tty'], {}, false), 'refused');
  assert.equal(await shown([], { BUILDKIT_PROGRESS: 'rawjson' }, true), 'rawjson');
  assert.equal(await shown(['--progress=plain'], { BUILDKIT_PROGRESS: 'rawjson' }, true), 'plain');
  assert.equal(await shown(['-q'], { BUILDKIT_PROGRESS: 'plain' }, true), 'quiet');
  assert.equal(await shown(['-q', '--progress=plain'], {}, true), 'refused');
  assert.equal(await shown(['--progress=loud'], {}, true), 'refused');
});

test('images: table, JSON, IDs, fields and names', async () => {
  const engine = new FakeEngine();
  const common = { digest: someDigest, createdAtMs: 1_000_000 - 300_000, sizeBytes: 3_480_000, platforms: [{ os: 'linux', architecture: 'amd64' }] };
  engine.images = [{ ...common, name: 'docker.io/library/foo:f' }, { ...common, name: 'localhost:5071/t:1' }, common];
  assert.equal(
    (await run(['images'], engine)).stdout.text,
    [
      'REPOSITORY         TAG      IMAGE ID       PLATFORM      CREATED         SIZE',
      'foo                f        9159392791db   linux/amd64   5 minutes ago   3.48MB',
      'localhost:5071/t   1        9159392791db   linux/amd64   5 minutes ago   3.48MB',
      '<none>             <none>   9159392791db   linux/amd64   5 minutes ago   3.48MB',
      '',
    ].join('\n'),
  );
  assert.equal((await run(['images', '-q'], engine)).stdout.text, '9159392791db\n');
  assert.equal((await run(['images', '-q', '--no-trunc'], engine)).stdout.text, `${someDigest}\n`);
  assert.match((await run(['images', '--digests'], engine)).stdout.text, new RegExp(`DIGEST[\\s\\S]*${someDigest}`));
  const rows = (await run(['images', '--format', 'json'], engine)).stdout.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  assert.deepEqual(
    rows.map((row) => `${row['Repository']}:${row['Tag']}`),
    ['foo:f', 'localhost:5071/t:1', '<none>:<none>'],
  );
  assert.equal((await run(['images', '--format', '{{.Repository}} {{ json .Tag }}', 'foo'], engine)).stdout.text, 'foo "f"\n');
  assert.equal((await run(['images', '-q', 'foo:other'], engine)).stdout.text, '');
  assert.equal((await run(['images', '--format', '{{.Bogus}}'], engine)).code, 2);
  assert.equal((await run(['images', 'a', 'b'], engine)).code, 2);
});

test('du: sums by kind, records, JSON', async () => {
  const engine = new FakeEngine();
  const record = (kind: DiskRecord['kind'], sizeBytes: number, inUse: boolean): DiskRecord => ({
    id: someDigest,
    kind,
    description: 'a \u001b[2Jlayer',
    sizeBytes,
    inUse,
    lastUsedAtMs: 1_000_000,
  });
  engine.usage = {
    root: '/store',
    records: [record('layer', 2_063_000, true), record('layer', 1000, false), record('blob', 5, false)],
    totalBytes: 2_064_005,
    reclaimableBytes: 1005,
  };
  const sums = (await run(['du'], engine)).stdout.text;
  assert.match(
    sums,
    /^TYPE +COUNT +SIZE +RECLAIMABLE\nlayer +2 +2\.064MB +1kB\nblob +1 +5B +5B\n\nStore: +\/store\nReclaimable: +1\.005kB\nTotal: +2\.064MB\n$/,
  );
  const records = (await run(['du', '--verbose'], engine)).stdout.text;
  assert.match(records, /9159392791db +layer +false +2\.063MB +less than a second ago +a layer\n/);
  assert.deepEqual(JSON.parse((await run(['du', '--format=json'], engine)).stdout.text), engine.usage);
});

test('prune: asks, and takes docker\u2019s filters and sizes', async () => {
  const engine = new FakeEngine();
  assert.equal((await run(['prune'], engine)).code, 2);
  assert.equal((await run(['prune'], engine, fakeConsole({ answer: 'n' }))).code, 0);
  assert.deepEqual(engine.pruned, []);
  assert.match((await run(['prune', '-a'], engine, fakeConsole({ answer: 'yes' }))).stderr.text, /all images/);
  await run(['prune', '-f', '--filter', 'until=1s', '--filter=type=layer', '--max-used-space=20GB', '--keep-storage', '5GiB'], engine);
  assert.deepEqual(engine.pruned, [{ all: true }, { all: false, unusedSinceMs: 999_000, kinds: ['layer'], maxUsedBytes: 20e9, reservedBytes: 5 * 1024 ** 3 }]);
  for (const flags of [['--filter', 'x'], ['--filter', 'until=x'], ['--filter', 'type=x'], ['--max-used-space', 'x'], ['arg']]) {
    assert.equal((await run(['prune', '-f', ...flags], engine)).code, 2);
  }
});

test('doctor: text, JSON and exit code', async () => {
  const engine = new FakeEngine();
  engine.report = {
    level: 'rootless',
    facts: [
      { name: 'runtime', state: 'ok', found: 'crun 1.14' },
      { name: 'igzip', state: 'missing', found: 'not found' },
    ],
    advice: ['Install isal.'],
  };
  const text = await run(['doctor'], engine);
  assert.equal(text.code, 0);
  assert.match(
    text.stdout.text,
    /^ossb .*\nLevel: rootless\. .*\n\n {2}ok +runtime {2}crun 1\.14\n {2}missing +igzip {4}not found\n\nWhat would help:\n - Install isal\.\n$/,
  );
  assert.deepEqual((JSON.parse((await run(['doctor', '--json'], engine)).stdout.text) as { level: string }).level, 'rootless');
  engine.report = { level: 'none', facts: [], advice: [] };
  assert.equal((await run(['doctor'], engine)).code, 1);
});
