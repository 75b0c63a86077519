import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildErrors } from '../../core/errors.ts';
import { nodePlatform } from '../../core/oci/index.ts';
import type { BuildRequest } from '../request/index.ts';
import { toBuildRequest } from './build-request.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { buildFlags } from './flags/build-flags.ts';
import { parseFlags } from './flags/parse-flags.ts';
import type { FileSettings } from './settings.ts';
import { Faults } from './usage-error.ts';

const noSettings: FileSettings = { registryMirrors: {}, insecureRegistries: [], cdiFolders: [] };

function request(argv: readonly string[], options: { terminal?: boolean; settings?: FileSettings } = {}): BuildRequest {
  const faults = new Faults();
  const surroundings = { env: {}, cwd: '/', stdout: { isTerminal: options.terminal ?? false } };
  const made = toBuildRequest(parseFlags(argv, buildFlags, faults), options.settings ?? noSettings, surroundings, faults);
  faults.throwIfAny();
  return made;
}

const arm64 = { os: 'linux', architecture: 'arm64' };
const rows: readonly (readonly [argv: readonly string[], expected: Partial<BuildRequest>])[] = [
  [['.'], { context: { kind: 'dir', path: '.' }, tags: [], noCache: false, pull: false, call: 'build' }],
  [['-'], { context: { kind: 'stdin' } }],
  [['-f', '-', '.'], { file: '-' }],
  [['-t', 'a', '-t', 'r.io/b:1', '.'], { tags: ['a', 'r.io/b:1'] }],
  [['--build-arg', 'A=1', '--build-arg', 'B', '--build-arg', 'C=', '.'], { buildArgs: { A: '1', B: undefined, C: '' } }],
  [['--label', 'a=b=c', '--label', 'd', '.'], { labels: { a: 'b=c', d: '' } }],
  [['--platform', 'linux/arm64,local', '--platform', 'linux/arm64/v8', '.'], { platforms: [arm64, nodePlatform(process.platform, process.arch)] }],
  [['--secret', 'id=a,src=f', '--secret', 'id=b,env=E', '.'], { secrets: { a: { kind: 'file', path: 'f' }, b: { kind: 'env', name: 'E' } } }],
  [['--ssh', 'default', '.'], { ssh: [{ id: 'default', paths: [] }] }],
  [['-t', 'a', '--push', '.'], { outputs: [{ kind: 'image', names: ['a'], push: true }] }],
  [['-t', 'a', '--push', '-o', 'type=image,name=b', '.'], { outputs: [{ kind: 'image', names: ['b'], push: true }] }],
  [
    ['-t', 'a', '--push', '-o', 'd', '.'],
    {
      outputs: [
        { kind: 'local', dest: 'd' },
        { kind: 'image', names: ['a'], push: true },
      ],
    },
  ],
  [['-t', 'a', '--load', '.'], { outputs: [{ kind: 'load', names: ['a'] }] }],
  [['-t', 'a', '--load', '-o', 'type=docker', '.'], { outputs: [{ kind: 'load', names: ['a'] }] }],
  [['-o', '-', '.'], { outputs: [{ kind: 'tar', dest: '-' }] }],
  [['--no-cache', '--pull=true', '--no-cache-filter', 'a,b', '--no-cache-filter=c', '.'], { noCache: true, pull: true, noCacheFilter: ['a', 'b', 'c'] }],
  [['--allow', 'device', '--allow', 'device=vendor.com/gpu', '.'], { allow: ['device', 'device=vendor.com/gpu'] }],
  [['--cache-namespace', 'team', '.'], { cacheNamespace: 'team' }],
  [['--network=none', '--shm-size', '64m', '--allow', 'network.host', '.'], { network: 'none', shmSizeBytes: 64 * 1024 * 1024, allow: ['network.host'] }],
  [
    ['--add-host=a:1.1.1.1,b=2.2.2.2', '.'],
    {
      addHosts: [
        { host: 'a', ip: '1.1.1.1' },
        { host: 'b', ip: '2.2.2.2' },
      ],
    },
  ],
  [['--check', '.'], { call: 'check' }],
  [['--call=outline,format=json', '.'], { call: 'outline' }],
  [['--call', 'lint', '.'], { call: 'check' }],
  [['--root', 'store', '.'], { root: '/store' }],
  [
    ['--annotation', 'k=v', '-o', 'type=image,annotation-index.i=j', '-t', 'a', '.'],
    {
      annotations: [
        { level: 'manifest', key: 'k', value: 'v' },
        { level: 'index', key: 'i', value: 'j' },
      ],
    },
  ],
];

for (const [argv, expected] of rows) {
  test(`toBuildRequest: ${argv.join(' ')}`, () => {
    const made = request(argv);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(made[name as keyof BuildRequest], value, name);
    if (!('outputs' in expected) && !argv.includes('-o')) assert.equal(made.outputs, undefined);
  });
}

test('toBuildRequest: mirrors of the command line come before those of the files', () => {
  const settings = { registryMirrors: { 'docker.io': ['b', 'a'], 'r.io': ['c'] }, insecureRegistries: ['x:1'], cdiFolders: [] };
  const made = request(['--registry-mirror', 'docker.io=a', '--insecure-registry', 'y:1', '--insecure-registry', 'x:1', '.'], { settings });
  assert.deepEqual(made.registryMirrors, { 'docker.io': ['a', 'b'], 'r.io': ['c'] });
  assert.deepEqual(made.insecureRegistries, ['y:1', 'x:1']);
});

const refused: readonly (readonly [argv: readonly string[], mention: RegExp])[] = [
  [[], /context is missing/],
  [['a', 'b'], /one context/],
  [['/does-not-exist'], /no such folder/],
  [['-f', '-', '-'], /standard input/],
  [['--push', '.'], /no name/],
  [['-o', 'type=registry', '.'], /no name/],
  [['-t', 'UPPER', '.'], /lower case/],
  [['-t', `a@sha256:${'0'.repeat(64)}`, '.'], /digest/],
  [['--network', 'bridge', '.'], /--network/],
  [['--platform', 'linux/', '.'], /platform/],
  [['--build-arg', '=x', '.'], /--build-arg/],
  [['--label', '=x', '.'], /--label/],
  [['--allow', 'all', '.'], /--allow/],
  [['--allow', 'device=', '.'], /--allow/],
  [['--allow', 'device=vendor.com/gpu,alias=x', '.'], /--allow/],
  [['--call', 'dance', '.'], /--call/],
  [['--call', 'check,format=xml', '.'], /format=json/],
  [['-o', '-', '-o', 'type=oci', '.'], /more than one/],
  [['-q', '-o', '-', '.'], /--iidfile/],
];

for (const [argv, mention] of refused) {
  test(`toBuildRequest: ${argv.join(' ') || 'no argument'} is refused`, () => {
    assert.throws(
      () => request(argv),
      (error) => error instanceof Error && mention.test(`${error.message} ${'hint' in error ? String(error.hint) : ''}`),
    );
  });
}

test('toBuildRequest: a malformed value is a usage fault that names its flag', () => {
  for (const [flag, value, shown = flag] of [
    ['--tag', 'UPPER'],
    ['-o', 'type=image,name=UPPER', '--output name'],
    ['-o', 'type=oci,dest=x,"name=a,UP"', '--output name'],
    ['--platform', 'linux/'],
    ['--annotation', 'index[bogus]:k=v'],
  ] as const) {
    assert.throws(
      () => request([flag, value, '.']),
      (error) => exitCodeOf(error) === exitCodes.usage && error instanceof Error && error.message.startsWith(`Cannot use ${shown} "`),
      flag,
    );
  }
});

test('toBuildRequest: a file as the context is a usage fault that says how to name it', () => {
  assert.throws(() => request(['/etc/passwd']), { code: 'ARGUMENTS', message: /it is a file/, hint: /ossb build -f \/etc\/passwd \/etc$/ });
});

test('toBuildRequest: an archive is not written to a terminal', () => {
  assert.throws(() => request(['-o', '-', '.'], { terminal: true }), /terminal/);
});

test('toBuildRequest: all faults are reported at once', () => {
  assert.throws(
    () => request(['-t', 'UPPER', '--secret', 'x', '--ssh', '=', '--network', 'x', '--shm-size', 'x']),
    (error) => error instanceof BuildErrors && error.errors.length === 6,
  );
});

test('toBuildRequest: what follows an unknown flag is not taken for a second context', () => {
  assert.throws(() => request(['--taget', 'x', '.']), { code: 'FLAG_UNKNOWN' });
});
