import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../../../core/errors.ts';
import { Faults } from '../usage-error.ts';
import { buildFlags } from './build-flags.ts';
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
  ['--pull=always', ['FLAG_VALUE'], /write --pull;/],
  ['--destination r.io/a:1', ['FLAG_UNKNOWN'], /write -t NAME --push/],
  ['--destination=r.io/a:1', ['FLAG_UNKNOWN'], /write -t NAME --push/],
  ['-d r.io/a:1', ['FLAG_UNKNOWN'], /write -t NAME --push/],
  ['-dr.io/a:1', ['FLAG_UNKNOWN'], /write -t NAME --push/],
  ['--context dir:///src', ['FLAG_UNKNOWN'], /last argument/],
  ['--dockerfile=D', ['FLAG_UNKNOWN'], /write -f FILE/],
  ['--tls-verify=false', ['FLAG_UNKNOWN'], /--insecure-registry HOST/],
  ['--layers', ['FLAG_UNKNOWN'], /Leave it out/],
  ['--format docker', ['FLAG_UNKNOWN'], /oci-mediatypes=false/],
  ['-v a:b', ['FLAG_UNKNOWN'], /--mount=type=bind/],
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

test('parseFlags: attestations that are asked for are a warning, and those that are switched off are none', () => {
  const table: readonly (readonly [argv: string, warnings: readonly RegExp[]])[] = [
    ['--provenance=false --sbom=false --attest type=provenance,disabled=true .', []],
    ['--provenance=0 --sbom=f .', []],
    ['--sbom=true .', [/^--sbom true has no effect: attestations are not made/]],
    ['--provenance mode=max --attest type=sbom .', [/^--provenance mode=max /, /^--attest type=sbom /]],
  ];
  for (const [argv, expected] of table) {
    const faults = new Faults();
    const { warnings, args } = parseFlags(argv.split(' '), buildFlags, faults);
    faults.throwIfAny();
    assert.deepEqual(args, ['.']);
    assert.equal(warnings.length, expected.length, argv);
    for (const [i, pattern] of expected.entries()) assert.match(warnings[i]!, pattern);
  }
});

test('parseFlags: every flag of kaniko and buildah is a flag here, or has a hint of its own', () => {
  const kaniko =
    'build-arg cache cache-copy-layers cache-dir cache-repo cache-run-layers cache-ttl cleanup compressed-caching context context-sub-path custom-platform customPlatform destination digest-file dockerfile force git ignore-path ignore-var-run image-download-retry image-fs-extract-retry image-name-tag-with-digest-file image-name-with-digest-file insecure insecure-pull insecure-registry kaniko-dir label log-format log-timestamp no-push no-push-cache oci-layout-path push-retry registry-certificate registry-client-cert registry-map registry-mirror reproducible single-snapshot skip-default-registry-fallback skip-tls-verify skip-tls-verify-pull skip-tls-verify-registry skip-unused-stages snapshot-mode snapshotMode tar-path tarPath target use-new-run verbosity';
  const buildah =
    'add-host all-platforms annotation arch authfile build-arg build-arg-file build-context cache-from cache-to cache-ttl cap-add cap-drop cert-dir cgroup-parent cgroupns compat-volumes compress cpp-flag cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems created-annotation creds cw decryption-key device disable-compression disable-content-trust dns dns-option dns-search env file force-rm format from group-add hooks-dir http-proxy identity-label ignorefile iidfile inherit-annotations inherit-labels ipc isolation jobs label layer-label layers logfile logsplit manifest memory memory-swap network no-cache no-hostname no-hosts omit-history os os-feature os-version output pid platform pull quiet retry retry-delay rewrite-timestamp rm runtime runtime-flag sbom sbom-image-output sbom-image-purl-output sbom-merge-strategy sbom-output sbom-purl-output sbom-scanner-command sbom-scanner-image secret security-opt shm-size sign-by skip-unused-stages source-date-epoch squash ssh stdin tag target timestamp tls-verify ulimit unsetannotation unsetenv unsetlabel userns userns-gid-map userns-gid-map-group userns-uid-map userns-uid-map-user uts variant volume';
  const own = new Set([...buildFlags.flags, ...(buildFlags.unsupported ?? [])].map((flag) => flag.name));
  const names = new Set([...kaniko.split(' '), ...buildah.split(' ')]);
  assert.deepEqual(
    [...names].filter((name) => !own.has(name) && buildFlags.foreign?.has(name) !== true),
    [],
  );
  assert.deepEqual(
    [...(buildFlags.foreign?.keys() ?? [])].filter((name) => own.has(name)),
    [],
    'a flag that exists needs no translation',
  );
});
