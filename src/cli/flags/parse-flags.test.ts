import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../../errors.ts';
import { Faults } from '../usage-error.ts';
import { buildFlags } from './build-flags.ts';
import { nearestName } from './nearest-name.ts';
import { parseFlags } from './parse-flags.ts';

const good: readonly (readonly [argv: string, expected: Record<string, unknown>])[] = [
  ['-t a .', { tag: ['a'], args: ['.'] }],
  ['-ta .', { tag: ['a'], args: ['.'] }],
  ['-t=a .', { tag: ['a'], args: ['.'] }],
  ['--tag a --tag=b .', { tag: ['a', 'b'], args: ['.'] }],
  ['. --tag a', { tag: ['a'], args: ['.'] }],
  ['-qt a .', { quiet: true, tag: ['a'], args: ['.'] }],
  ['-qDta=b .', { quiet: true, debug: true, tag: ['a=b'], args: ['.'] }],
  ['--quiet=false .', { quiet: false, args: ['.'] }],
  ['-q=0 .', { quiet: false, args: ['.'] }],
  ['--pull=T --pull=false .', { pull: false, args: ['.'] }],
  ['-f - -', { file: '-', args: ['-'] }],
  ['-f=x=y .', { file: 'x=y', args: ['.'] }],
  ['--target a --target b .', { target: 'b', args: ['.'] }],
  ['--build-arg A=b=c --build-arg D .', { 'build-arg': ['A=b=c', 'D'], args: ['.'] }],
  ['--add-host a:1.1.1.1,b:2.2.2.2 .', { 'add-host': ['a:1.1.1.1', 'b:2.2.2.2'], args: ['.'] }],
  ['-- -t', { args: ['-t'] }],
  ['--target --push .', { target: '--push', args: ['.'] }],
  ['--rm --force-rm=false --builder mine .', { args: ['.'] }],
  ['--provenance=false --sbom false --attest type=sbom,disabled=true .', { args: ['.'] }],
  ['--squash=false --isolation=default .', { args: ['.'] }],
];

for (const [argv, expected] of good) {
  test(`parseFlags: ${argv}`, () => {
    const faults = new Faults();
    const flags = parseFlags(argv.split(' '), buildFlags, faults);
    faults.throwIfAny();
    for (const [name, value] of Object.entries(expected)) {
      const actual =
        name === 'args' ? flags.args : Array.isArray(value) ? flags.list(name) : typeof value === 'boolean' ? flags.bool(name) : flags.string(name);
      assert.deepEqual(actual, value, name);
    }
  });
}

const bad: readonly (readonly [argv: string, codes: readonly string[], mention: RegExp])[] = [
  ['--taget x', ['FLAG_UNKNOWN'], /Did you mean --target\?/],
  ['--bulid-arg=x', ['FLAG_UNKNOWN'], /Did you mean --build-arg\?/],
  ['--zzzzzz', ['FLAG_UNKNOWN'], /ossb build --help/],
  ['-x', ['FLAG_UNKNOWN'], /-x/],
  ['-qz', ['FLAG_UNKNOWN'], /-z \(in -qz\)/],
  ['-push', ['FLAG_UNKNOWN'], /Did you mean --push\?/],
  ['--push=maybe', ['FLAG_VALUE'], /true or false/],
  ['--target', ['FLAG_VALUE'], /value is missing/],
  ['-t', ['FLAG_VALUE'], /value is missing/],
  ['--cache-from x', ['FLAG_UNSUPPORTED'], /--cache-from/],
  ['--cache-to=type=inline', ['FLAG_UNSUPPORTED'], /--cache-to/],
  ['--sbom=true', ['FLAG_UNSUPPORTED'], /--sbom=false/],
  ['--provenance mode=max', ['FLAG_UNSUPPORTED'], /--provenance/],
  ['--attest type=sbom', ['FLAG_UNSUPPORTED'], /--attest/],
  ['--ulimit nofile=1', ['FLAG_UNSUPPORTED'], /--ulimit/],
  ['--cgroup-parent x', ['FLAG_UNSUPPORTED'], /--cgroup-parent/],
  ['-m 1g', ['FLAG_UNSUPPORTED'], /-m/],
  ['--squash', ['FLAG_UNSUPPORTED'], /--squash/],
  ['--zzz --cache-from x --push=2', ['FLAG_UNKNOWN', 'FLAG_UNSUPPORTED', 'FLAG_VALUE'], /zzz/],
];

for (const [argv, codes, mention] of bad) {
  test(`parseFlags: ${argv} is refused`, () => {
    const faults = new Faults();
    parseFlags(argv.split(' '), buildFlags, faults);
    assert.throws(
      () => faults.throwIfAny(),
      (error) => {
        assert.ok(error instanceof BuildError);
        const all = error instanceof BuildErrors ? error.errors : [error];
        assert.deepEqual(
          all.map((one) => one.code),
          codes,
        );
        assert.match(`${error.message} ${error.hint ?? ''}`, mention);
        return true;
      },
    );
  });
}

test('parseFlags: every flag of docker buildx build is known, as a flag or as one that is not supported', () => {
  const docker =
    'add-host allow annotation attest build-arg build-context builder cache-from cache-to call cgroup-parent check debug file iidfile label load metadata-file network no-cache no-cache-filter output platform progress provenance pull push quiet sbom secret shm-size ssh tag target ulimit';
  const known = [...buildFlags.flags, ...(buildFlags.unsupported ?? [])].map((flag) => flag.name);
  assert.deepEqual(
    docker.split(' ').filter((name) => !known.includes(name)),
    [],
  );
});

test('nearestName: neighbours, prefixes and nothing near', () => {
  const names = ['tag', 'target', 'build-arg', 'build-context', 'platform', 'push', 'no-cache'];
  const table: readonly (readonly [string, string | undefined])[] = [
    ['tagret', 'target'],
    ['plaform', 'platform'],
    ['build-args', 'build-arg'],
    ['nocache', 'no-cache'],
    ['plat', 'platform'],
    ['xyz', undefined],
    ['something-else', undefined],
    ['a'.repeat(10_000), undefined],
  ];
  for (const [name, expected] of table) assert.equal(nearestName(name, names), expected, name.slice(0, 20));
});
