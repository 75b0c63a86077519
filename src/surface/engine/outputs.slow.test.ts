import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { BuildError } from '../../core/errors.ts';
import { hexOf, mediaTypes, type Index, type Manifest } from '../../core/oci/index.ts';
import { Bench, noNamespaces, stepsThat } from './testing/bench.ts';

const skip = noNamespaces();
const dockerfile = 'FROM scratch\nCOPY a /a\n';

test('outputs: each one is written, however many make an image', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  const name = `${bench.registry.host}/app:1`;
  const { result } = await bench.succeed(dockerfile, {
    push: true,
    tags: [name],
    outputs: [
      { kind: 'oci', dest: 'layout', tar: false, names: [] },
      { kind: 'oci', dest: 'layout.tar', tar: true, names: [] },
      { kind: 'local', dest: 'files' },
      { kind: 'tar', dest: 'files.tar' },
    ],
  });
  const index = JSON.parse(readFileSync(join(bench.folder, 'layout/index.json'), 'utf8')) as Index;
  assert.equal(index.manifests[0]?.digest, result.image?.digest);
  assert.equal(index.manifests[0]?.annotations?.['io.containerd.image.name'], name);
  assert.ok(existsSync(join(bench.folder, 'layout.tar')));
  assert.equal(readFileSync(join(bench.folder, 'files/a'), 'utf8'), 'content');
  assert.ok(readFileSync(join(bench.folder, 'files.tar')).includes('content'));
  assert.ok(bench.registry.manifests.has('app:1'), 'pushed, though an output before it made an image too');
  assert.deepEqual(readdirSync(bench.folder).sort(), ['context', 'files', 'files.tar', 'layout', 'layout.tar', 'store']);
});

test('outputs: a tag goes to each registry that it names, with the same digest', { skip }, async () => {
  await using bench = await Bench.open();
  await using other = await Bench.open();
  bench.write({ a: 'content' });
  const tags = [`${bench.registry.host}/one:1`, `${bench.registry.host}/two:2`, `${other.registry.host}/three:3`];
  const { result } = await bench.succeed(dockerfile, { tags, push: true });
  const digest = result.image!.digest;
  for (const [registry, key] of [
    [bench.registry, `one@${digest}`],
    [bench.registry, `two@${digest}`],
    [other.registry, `three@${digest}`],
  ] as const)
    assert.ok(registry.manifests.has(key), key);
  assert.deepEqual(result.metadata, {
    'containerimage.config.digest': result.image!.configDigest,
    'containerimage.descriptor': result.image!.descriptor,
    'containerimage.digest': digest,
    'image.name': tags.join(','),
  });
});

test('outputs: platforms and annotations at all levels', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  const arm = { os: 'linux', architecture: 'arm64' };
  const { result } = await bench.succeed(dockerfile, {
    platforms: [{ os: 'linux', architecture: 'amd64' }, arm],
    annotations: [
      { level: 'manifest', key: 'm', value: 'all' },
      { level: 'manifest', platform: arm, key: 'm', value: 'arm' },
      { level: 'index', key: 'i', value: '1' },
      { level: 'manifest-descriptor', platform: arm, key: 'md', value: '2' },
      { level: 'index-descriptor', key: 'id', value: '3' },
    ],
    outputs: [{ kind: 'oci', dest: 'layout', tar: false, names: ['app:1'] }],
  });
  const read = (digest: string): unknown => JSON.parse(readFileSync(join(bench.folder, 'layout/blobs/sha256', digest.slice(7)), 'utf8'));
  const layout = JSON.parse(readFileSync(join(bench.folder, 'layout/index.json'), 'utf8')) as Index;
  assert.equal(layout.manifests[0]?.annotations?.['id'], '3');
  const index = read(result.image!.digest) as Index;
  assert.deepEqual(index.annotations, { i: '1' });
  assert.deepEqual(
    index.manifests.map((item) => [item.platform?.architecture, item.annotations]),
    [
      ['amd64', undefined],
      ['arm64', { md: '2' }],
    ],
  );
  assert.deepEqual(
    index.manifests.map((item) => (read(item.digest) as Manifest).annotations),
    [{ m: 'all' }, { m: 'arm' }],
  );
});

for (const [options, expected] of [
  [{ compression: 'zstd' }, mediaTypes.ociLayerZstd],
  [{ compression: 'none' }, mediaTypes.ociLayer],
  [{ compression: 'gzip', compressionLevel: 9 }, mediaTypes.ociLayerGzip],
  [{ ociMediaTypes: false }, mediaTypes.dockerLayerGzip],
] as const) {
  test(`outputs: a pushed image with ${JSON.stringify(options)}`, { skip }, async () => {
    await using bench = await Bench.open();
    const base = bench.addBase('base:1', { 'etc/base': 'b' });
    bench.write({ a: 'content' });
    const names = [`${bench.registry.host}/app:1`];
    await bench.succeed(`FROM ${base.ref}\nCOPY a /a\n`, { outputs: [{ kind: 'image', names, push: true, forceCompression: true, ...options }] });
    const manifest = JSON.parse(bench.registry.manifests.get('app:1')!.bytes.toString()) as Manifest;
    assert.deepEqual(
      manifest.layers.map((layer) => layer.mediaType),
      [expected, expected],
    );
    for (const layer of manifest.layers) assert.equal(bench.registry.blobs.get(layer.digest)?.length, layer.size);
    assert.equal(manifest.mediaType, 'ociMediaTypes' in options ? mediaTypes.dockerManifest : mediaTypes.ociManifest);
  });
}

test('outputs: without force-compression the layers of the base stay as they are', { skip }, async () => {
  await using bench = await Bench.open();
  const base = bench.addBase('base:1', { 'etc/base': 'b' });
  bench.write({ a: 'content' });
  const names = [`${bench.registry.host}/app:1`];
  const { events } = await bench.succeed(`FROM ${base.ref}\nCOPY --link a /a\n`, { outputs: [{ kind: 'image', names, push: true, compression: 'zstd' }] });
  const manifest = JSON.parse(bench.registry.manifests.get('app:1')!.bytes.toString()) as Manifest;
  assert.deepEqual(
    manifest.layers.map((layer) => layer.mediaType),
    [mediaTypes.ociLayerGzip, mediaTypes.ociLayerZstd],
  );
  assert.equal(manifest.layers[0]?.digest, base.layer.digest);
  assert.ok(!events.some((event) => event.kind === 'activity' && event.activity === 'download'), 'the base was mounted across repositories');
});

test('outputs: an archive on standard output, whole and by itself', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  for (const kind of ['tar', 'oci'] as const) {
    const stdout = new PassThrough();
    const chunks: Buffer[] = [];
    stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const output = kind === 'tar' ? ({ kind, dest: '-' } as const) : ({ kind, dest: '-', tar: true, names: [] } as const);
    await bench.succeed(dockerfile, { outputs: [output] }, { environment: { stdout } });
    const bytes = Buffer.concat(chunks);
    assert.equal(bytes.length % 512, 0);
    assert.ok(
      bytes.subarray(-1024).every((byte) => byte === 0),
      kind,
    );
    assert.equal(bytes.subarray(257, 262).toString(), 'ustar');
  }
});

test('outputs: where a layer turns out to be damaged, standard output gets one archive all the same', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content', b: 'other content' });
  const text = 'FROM scratch\nCOPY a /\nCOPY b /\n';
  const { result } = await bench.succeed(text);
  const blobs = join(bench.store, 'blobs/sha256');
  const manifest = JSON.parse(readFileSync(join(blobs, result.image!.digest.slice(7)), 'utf8')) as Manifest;
  const last = join(blobs, manifest.layers.at(-1)!.digest.slice(7));
  const bytes = readFileSync(last);
  writeFileSync(last, bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1));
  const stdout = new PassThrough();
  const written = stdout.toArray() as Promise<Buffer[]>;
  const { events } = await bench.succeed(text, { outputs: [{ kind: 'oci', dest: '-', tar: true, names: [] }] }, { environment: { stdout } });
  stdout.end();
  assert.ok(events.some((event) => event.kind === 'warning' && /damaged/.test(event.message)));
  const names = execFileSync('tar', ['-t', '--ignore-zeros'], { input: Buffer.concat(await written) })
    .toString()
    .trim()
    .split('\n');
  assert.equal(names.filter((name) => name === 'oci-layout').length, 1, names.join(' '));
  assert.equal(names.filter((name) => name.startsWith('blobs/sha256/')).length, 4, names.join(' '));
});

test('outputs: a reader that takes nothing does not hold up an abort', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'x'.repeat(200_000) });
  const controller = new AbortController();
  const stdout = new PassThrough({ highWaterMark: 1 });
  stdout.once('readable', () => controller.abort(new Error('enough')));
  const { error } = await bench.run(dockerfile, { outputs: [{ kind: 'tar', dest: '-' }] }, { environment: { stdout }, signal: controller.signal });
  assert.equal((error as Error).message, 'enough');
  assert.deepEqual(bench.temporaries(), []);
});

for (const [what, output] of [
  ['an archive in a folder that is not there', { kind: 'oci', dest: 'no/such/a.tar', tar: true, names: [] }],
  ['an archive with the name of a folder', { kind: 'tar', dest: 'context' }],
  ['a folder with the name of a file', { kind: 'local', dest: 'file' }],
  ['a layout below a file', { kind: 'docker', dest: 'file/layout', tar: false, names: [] }],
] as const) {
  test(`outputs: ${what} is OUTPUT_UNWRITABLE before anything is built`, async () => {
    await using bench = await Bench.open();
    writeFileSync(join(bench.folder, 'file'), 'kept');
    bench.write({ a: 'content' });
    const { error, events } = await bench.run(dockerfile, { outputs: [output] });
    assert.ok(error instanceof BuildError && error.code === 'OUTPUT_UNWRITABLE', String(error));
    assert.deepEqual(stepsThat('done', events), []);
    assert.deepEqual(readdirSync(bench.folder).sort(), ['context', 'file']);
    assert.equal(readFileSync(join(bench.folder, 'file'), 'utf8'), 'kept');
  });
}

test('outputs: an archive that breaks off leaves the file of before', { skip }, async () => {
  await using bench = await Bench.open();
  const base = bench.addBase('base:1', { 'etc/base': 'b' });
  bench.write({ a: 'content' });
  writeFileSync(join(bench.folder, 'out.tar'), 'before');
  mkdirSync(join(bench.folder, 'old'));
  writeFileSync(join(bench.folder, 'old/mine'), 'mine');
  bench.registry.blobs.delete(base.layer.digest);
  for (const output of [
    { kind: 'oci', dest: 'out.tar', tar: true, names: [] },
    { kind: 'oci', dest: 'new/layout', tar: false, names: [] },
    { kind: 'oci', dest: 'old', tar: false, names: [] },
    { kind: 'tar', dest: 'out.tar' },
    { kind: 'local', dest: 'new/files' },
  ] as const) {
    const { error } = await bench.run(`FROM ${base.ref}\nCOPY --link a /a\n`, { outputs: [output] });
    assert.ok(error instanceof BuildError, `${output.kind} ${output.dest}: ${String(error)}`);
    assert.deepEqual(readdirSync(bench.folder).sort(), ['context', 'old', 'out.tar', 'store'], `${output.kind} ${output.dest}`);
  }
  assert.equal(readFileSync(join(bench.folder, 'out.tar'), 'utf8'), 'before');
  assert.deepEqual(readdirSync(join(bench.folder, 'old')), ['mine']);
});

test('outputs: a folder keeps what else is in it', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  mkdirSync(join(bench.folder, 'out'));
  writeFileSync(join(bench.folder, 'out/mine'), 'mine');
  await bench.succeed(dockerfile, { outputs: [{ kind: 'local', dest: 'out' }] });
  assert.deepEqual(readdirSync(join(bench.folder, 'out')).sort(), ['a', 'mine']);
});

test('outputs: --load gives the archive to docker, and what docker says is reported', { skip }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'x'.repeat(300_000) });
  const program = join(bench.folder, 'docker');
  const environment = { env: { PATH: `${bench.folder}:${process.env['PATH']}`, HOME: bench.folder } };
  writeFileSync(program, `#!/bin/sh\ncat > ${bench.folder}/loaded.tar\n`);
  chmodSync(program, 0o755);
  const { result } = await bench.succeed(dockerfile, { outputs: [{ kind: 'load', names: ['app:1'] }] }, { environment });
  const loaded = readFileSync(join(bench.folder, 'loaded.tar'));
  assert.ok(loaded.includes('manifest.json') && loaded.includes(hexOf(result.image!.configDigest!)) && loaded.includes('"app:1"'));
  writeFileSync(program, '#!/bin/sh\necho Cannot connect to the daemon >&2\nexit 1\n');
  const { error } = await bench.run(dockerfile, { outputs: [{ kind: 'load', names: ['app:1'] }] }, { environment });
  assert.ok(error instanceof BuildError && error.code === 'LOAD_FAILED' && error.message.includes('Cannot connect'), String(error));
  assert.doesNotMatch(String(error.hint), /daemon/, 'docker itself asks whether its daemon is running');
  assert.match(String(error.hint), /^Use -o type=docker,dest=FILE\.tar /);
});
