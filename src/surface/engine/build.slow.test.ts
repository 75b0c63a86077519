import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, globSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ServerResponse } from 'node:http';
import { openStore } from '../../host/content/index.ts';
import { BuildError } from '../../core/errors.ts';
import type { Digest, Manifest } from '../../core/oci/index.ts';
import { end, FakeRegistry, fault } from '../../host/registry/fake-registry.ts';
import type { BuildEvent } from '../progress/index.ts';
import { activities, Bench, noContainers, noNamespaces, shellFiles, stepsThat } from './testing/bench.ts';

const skipLayers = noNamespaces();
const skipSteps = noContainers();

/** What the events say of layers that were unpacked. */
function unpacked(events: readonly BuildEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'activity' && event.activity === 'unpack' ? [event.detail] : []));
}

/** Calls back when a layer with busybox in it is unpacked so far, and not whole. */
function onceUnpacking(bench: Bench, then: () => void): void {
  const timer = setInterval(() => {
    if (globSync('tmp/**/bin/busybox', { cwd: bench.store }).length === 0) return;
    clearInterval(timer);
    then();
  }, 20);
}

/** The store's database, seen from outside: it changes whenever a build writes to it. */
function watchDatabase(root: string): { version: () => unknown } & Disposable {
  const store = openStore(root);
  return { version: () => ({ ...store.db().prepare('PRAGMA data_version').get() }), [Symbol.dispose]: () => store.close() };
}

test('build: what is cached throughout starts nothing, downloads nothing and writes nothing', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  bench.write({ 'src/a': 'content' });
  const dockerfile = `FROM ${ref} AS one\nWORKDIR /w\nCOPY src /w/\nRUN cat a > b\nFROM ${ref}\nCOPY --from=one /w/b /b\nCOPY --link src /c/\n`;
  const tags = ['app:1', 'app:2'];
  const first = await bench.succeed(dockerfile, { tags });
  assert.deepEqual([...new Set(activities(first.events))].sort(), ['container', 'download', 'unpack', 'worker'].sort());
  using database = watchDatabase(bench.store);
  const before = database.version();
  bench.registry.log.length = 0;
  const second = await bench.succeed(dockerfile, { tags });
  assert.deepEqual(activities(second.events), []);
  assert.equal(second.result.image?.digest, first.result.image?.digest);
  assert.deepEqual(database.version(), before);
  assert.deepEqual(bench.registry.log, ['HEAD /v2/base/manifests/1']);
  assert.deepEqual(bench.temporaries(), []);
  assert.deepEqual(
    stepsThat('done', second.events).filter((name) => /RUN|COPY|WORKDIR/.test(name)),
    [],
  );
});

test('build: a cached push asks whether the tag stands and does no more', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  const request = { tags: [`${bench.registry.host}/app:1`], push: true };
  await bench.succeed('FROM scratch\nCOPY a /a\n', request);
  bench.registry.log.length = 0;
  const { events } = await bench.succeed('FROM scratch\nCOPY a /a\n', request);
  assert.deepEqual(activities(events), []);
  assert.deepEqual(bench.registry.log, ['HEAD /v2/app/manifests/1']);
});

test('build: a base whose bytes nothing needs is not downloaded', async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', { 'etc/x': 'x' });
  const { events, result } = await bench.succeed(`FROM ${ref}\nENV A=b\nLABEL l=1\n`, { tags: ['app'], labels: { z: '2' } });
  assert.deepEqual(activities(events), []);
  assert.deepEqual(result.image?.names, ['docker.io/library/app:latest']);
  assert.deepEqual(result.image?.config?.config?.Labels, { l: '1', z: '2' });
});

test('build: FROM takes the image that -t named, and with pull its registry is asked', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'one' });
  const name = `${bench.registry.host}/mine:1`;
  const made = await bench.succeed('FROM scratch\nCOPY a /a\nENV FROM_STORE=yes\n', { tags: [name] });
  const { result } = await bench.succeed(`FROM ${name}\nENV B=c\n`, { tags: ['child'] });
  assert.ok(result.image?.config?.config?.Env?.includes('FROM_STORE=yes'));
  assert.equal(result.image?.config?.rootfs.diff_ids[0], made.result.image?.config?.rootfs.diff_ids[0]);
  assert.deepEqual(bench.registry.log, []);
  const pulled = await bench.run(`FROM ${name}\nENV B=c\n`, { tags: ['child'], pull: true });
  assert.ok(pulled.error instanceof BuildError, 'the registry has no such image');
  assert.ok(bench.registry.log.length > 0);
});

test('build: an image of the store for another platform is not taken for this one', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
  bench.write({ a: 'one' });
  bench.addBase('mine:1', { 'etc/registry': 'x' });
  const name = `${bench.registry.host}/mine:1`;
  await bench.succeed('FROM scratch\nCOPY a /a\n', { tags: [name], platforms: [{ os: 'linux', architecture: other }] });
  const { result } = await bench.succeed(`FROM ${name}\nENV B=c\n`);
  assert.ok(result.image?.config?.config?.Env?.includes('PATH=/bin'), 'that of the registry');
});

test('build: retagging moves the name and leaves the other', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'one' });
  const first = await bench.succeed('FROM scratch\nCOPY a /a\n', { tags: ['app:1', 'app:old'] });
  bench.write({ a: 'two' });
  const second = await bench.succeed('FROM scratch\nCOPY a /a\n', { tags: ['app:1'] });
  const { listImages } = await import('./store-commands.ts');
  const digests = new Map((await listImages(bench.store)).map((image) => [image.name, image.digest]));
  assert.deepEqual(
    digests,
    new Map([
      ['docker.io/library/app:1', second.result.image!.digest],
      ['docker.io/library/app:old', first.result.image!.digest],
    ]),
  );
});

test('build: --target, --no-cache-filter and --network none', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  const dockerfile = `FROM ${ref} AS one\nRUN ls /sys/class/net > /net\nFROM one AS two\nRUN touch /two\nFROM nowhere.example/no:1 AS three\n`;
  const request = { target: 'two', network: 'none', outputs: [{ kind: 'local', dest: 'out' }] } as const;
  await bench.succeed(dockerfile, request);
  const { readFileSync } = await import('node:fs');
  assert.equal(readFileSync(join(bench.folder, 'out/net'), 'utf8').trim(), 'lo');
  const { events } = await bench.succeed(dockerfile, { ...request, noCacheFilter: ['two'] });
  assert.deepEqual(
    stepsThat('done', events).filter((name) => name.includes('RUN')),
    ['[two 1/1] RUN touch /two'],
  );
});

test('build: --add-host is seen by steps', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  const { events } = await bench.succeed(`FROM ${ref}\nRUN cat /etc/hosts\n`, { addHosts: [{ host: 'there.example', ip: '10.1.2.3' }] });
  const text = Buffer.concat(events.flatMap((event) => (event.kind === 'log' ? [event.data] : []))).toString();
  assert.match(text, /10\.1\.2\.3\s+there\.example/);
});

test('build: an upload that failed while steps ran is tried once more, and then its failure is the build’s', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  // The step leaves time for the upload of the layer below it; the configuration is sent after it.
  const text = `FROM ${ref}\nCOPY a /a\nRUN sleep 1\n`;
  bench.write({ a: 'content' });
  const request = { tags: [`${bench.registry.host}/app:1`], push: true, noCache: true };
  bench.registry.fail('POST /v2/app/blobs/uploads/', (_, res) => end(res, 400, {}, fault('BLOB_UPLOAD_INVALID', 'no')));
  await bench.succeed(text, request);
  assert.ok(bench.registry.manifests.has('app:1'));
  bench.write({ a: 'other' });
  bench.registry.fail('POST /v2/app/blobs/uploads/', (_, res) => end(res, 403, {}, fault('DENIED', 'you may not')), 100);
  const { error } = await bench.run(text, request);
  assert.ok(error instanceof BuildError && error.code === 'DENIED', String(error));
  assert.deepEqual(bench.temporaries(), []);
});

test('build: a layer that one registry has lost comes from another', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  await using other = await Bench.open();
  const lost = bench.addBase('base:1', { 'etc/x': 'x' });
  const kept = other.addBase('base:1', { 'etc/x': 'x' });
  bench.write({ a: 'content' });
  await bench.succeed(`FROM ${kept.ref}\nENV A=b\n`);
  bench.registry.blobs.delete(lost.layer.digest);
  const { events } = await bench.succeed(`FROM ${lost.ref}\nCOPY --from=${lost.ref} /etc/x /y\n`);
  const downloads = events.flatMap((event) => (event.kind === 'activity' && event.activity === 'download' ? [event.detail] : []));
  assert.deepEqual(
    downloads.map((detail) => detail.split('/')[0]),
    [bench.registry.host, other.registry.host],
  );
});

test('build: a base is unpacked while it is downloaded', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref, layer, diffID } = bench.addBase('base:1', { ...shellFiles(), noise: randomBytes(8 << 20) });
  const bytes = bench.registry.blobs.get(layer.digest)!;
  bench.registry.fail(layer.digest, (_, res) => {
    res.writeHead(200, { 'content-length': String(bytes.length) });
    res.write(bytes.subarray(0, bytes.length >> 1));
    // The rest is not sent before something of the first half is unpacked.
    onceUnpacking(bench, () => res.end(bytes.subarray(bytes.length >> 1)));
  });
  const { events } = await bench.succeed(`FROM ${ref}\nRUN cat /noise >/copy\n`, {
    tags: ['app'],
    outputs: [{ kind: 'local', dest: join(bench.folder, 'out') }],
  });
  assert.equal(readFileSync(join(bench.folder, 'out/copy')).length, 8 << 20);
  assert.deepEqual(unpacked(events), [diffID]);
});

test('build: a download that is begun anew is unpacked all the same, and altered bytes are reported and leave nothing', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref, layer } = bench.addBase('base:1', { ...shellFiles(), noise: randomBytes(1 << 20) });
  const altered = Buffer.from(bench.registry.blobs.get(layer.digest)!).fill(0, 500_000, 600_000);
  bench.registry.fail(layer.digest, (_, res) => end(res, 200, {}, altered));
  const request = { outputs: [{ kind: 'local', dest: join(bench.folder, 'out') }] } as const;
  await bench.succeed(`FROM ${ref}\nRUN cat /noise >/copy\n`, request);
  assert.equal(readFileSync(join(bench.folder, 'out/copy')).length, 1 << 20);
  rmSync(bench.store, { recursive: true });
  bench.registry.fail(layer.digest, (_, res) => end(res, 200, {}, altered), 100);
  const { error } = await bench.run(`FROM ${ref}\nRUN cat /noise >/copy\n`, request);
  assert.equal((error as BuildError).code, 'REGISTRY_DIGEST_MISMATCH');
  assert.deepEqual([bench.temporaries(), existsSync(join(bench.store, 'layers'))], [[], false]);
});

test('build: a layer whose download breaks off and that another build meanwhile brought is unpacked from there', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  await using other = await FakeRegistry.start();
  const files = { ...shellFiles(), noise: randomBytes(8 << 20) };
  const { ref, layer, diffID } = bench.addBase('base:1', files);
  const bytes = bench.registry.blobs.get(layer.digest)!;
  for (const [digest, blob] of bench.registry.blobs) other.blobs.set(digest, blob);
  for (const [name, manifest] of bench.registry.manifests) other.manifests.set(name, manifest);
  const text = (from: string): string => `FROM ${from}\nRUN cat /noise >/copy\n`;
  // Now both are known to have the layer, and the store has it no more.
  await bench.succeed(text(ref.replace(bench.registry.host, other.host)));
  await bench.succeed(text(ref));
  using store = openStore(bench.store);
  store.blobs.delete(layer.digest as Digest);
  rmSync(join(bench.store, 'layers'), { recursive: true });
  const broken = (_: unknown, res: ServerResponse): void => {
    res.writeHead(200, { 'content-length': String(bytes.length) });
    res.write(bytes.subarray(0, bytes.length >> 1));
    onceUnpacking(bench, () => {
      store.blobs.put(bytes);
      res.destroy();
    });
  };
  for (const registry of [bench.registry, other]) registry.fail(layer.digest, broken, 1);
  for (const registry of [bench.registry, other]) registry.fail(layer.digest, (_, res) => end(res, 404, {}, fault('BLOB_UNKNOWN', 'gone')), 100);
  const { events } = await bench.succeed(text(ref), { noCache: true });
  assert.deepEqual(unpacked(events), [diffID, `again ${diffID}`]);
});

test('build: a layer that no registry has any more is LAYER_LOST and names who was asked', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  const base = bench.addBase('base:1', { 'etc/x': 'x' });
  bench.registry.blobs.delete(base.layer.digest);
  const { error, events } = await bench.run(`FROM scratch\nCOPY --from=${base.ref} /etc/x /y\n`);
  assert.ok(error instanceof BuildError && error.code === 'LAYER_LOST', String(error));
  assert.match(error.message, /base:1/);
  assert.equal(stepsThat('failed', events).length, 1);
});

test('build: a cached step whose layer was removed is executed anew', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  const dockerfile = 'FROM scratch\nCOPY a /a\n';
  const { result } = await bench.succeed(dockerfile, { tags: ['app'] });
  const manifest = JSON.parse(readBlob(bench, result.image!.digest)) as Manifest;
  rmSync(join(bench.store, 'blobs/sha256', manifest.layers[0]!.digest.slice(7)));
  const again = await bench.succeed(dockerfile, { tags: ['app'] });
  assert.equal(stepsThat('cached', again.events).length, 0);
  assert.ok(existsSync(join(bench.store, 'blobs/sha256', manifest.layers[0]!.digest.slice(7))));
});

test('build: faults of the request are reported before the store has anything temporary', async () => {
  await using bench = await Bench.open();
  for (const [request, code] of [
    [{ secrets: { a: { kind: 'file', path: 'none' } } }, 'SECRET_UNREADABLE'],
    [{ ssh: [{ id: 'default', paths: ['none'] }] }, 'SSH_UNUSABLE'],
    [{ push: true }, 'OUTPUT_CONFLICT'],
    [{ outputs: [{ kind: 'tar', dest: 'a.tar' }], platforms: ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture })) }, 'OUTPUT_CONFLICT'],
    [{ context: { kind: 'dir', path: 'none' } }, 'CONTEXT_MISSING'],
  ] as const) {
    const { error } = await bench.run('FROM scratch\nENV A=b\n', request);
    assert.ok(error instanceof BuildError && error.code === code, `${code}: ${String(error)}`);
    if (existsSync(bench.store)) assert.deepEqual(bench.temporaries(), [], code);
  }
  const { error } = await bench.run('FROM scratch\nNONSENSE\n');
  assert.ok(error instanceof BuildError);
  assert.deepEqual(bench.temporaries(), []);
});

test('build: an abort while a step runs ends it, the worker and all that was temporary', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  const controller = new AbortController();
  const stopped = new BuildError('INTERRUPTED', 'Cannot go on', { family: 'execution' });
  const onEvent = (event: BuildEvent): void => {
    if (event.kind === 'log') controller.abort(stopped);
  };
  const { error, events } = await bench.run(`FROM ${ref}\nRUN echo started; sleep 1000\n`, {}, { signal: controller.signal, onEvent });
  assert.equal(error, stopped);
  assert.deepEqual(stepsThat('failed', events), []);
  assert.equal(stepsThat('canceled', events).length, 1);
  assert.deepEqual(bench.temporaries(), []);
  assert.deepEqual(processesOf(bench.store), []);
});

for (const [what, request] of [
  ['a manifest', 'HEAD /v2/base/manifests'],
  ['a download', 'GET /v2/base/blobs/sha256:'],
  ['an upload', 'PATCH /v2/app/blobs/uploads'],
  ['an upload that begins', 'POST /v2/app/blobs/uploads'],
] as const) {
  test(`build: an abort during ${what} that never ends`, { skip: skipLayers }, async () => {
    await using bench = await Bench.open();
    const base = bench.addBase('base:1', { 'etc/x': 'x' });
    bench.write({ a: 'content' });
    const controller = new AbortController();
    const stall = (): void => controller.abort(new Error('enough'));
    bench.registry.fail(request, stall, 100);
    if (request.startsWith('PATCH')) bench.registry.fail('PUT /v2/app/blobs/uploads', stall, 100);
    const tags = [`${bench.registry.host}/app:1`];
    const dockerfile = `FROM ${base.ref}\nCOPY a /a\nCOPY --from=${base.ref} /etc/x /y\n`;
    const { error, events } = await bench.run(dockerfile, { tags, push: true }, { signal: controller.signal });
    assert.equal((error as Error).message, 'enough');
    assert.deepEqual(stepsThat('failed', events), []);
    assert.deepEqual(bench.temporaries(), []);
    assert.deepEqual(processesOf(bench.store), []);
  });
}

test('build: an abort while files are hashed', async () => {
  await using bench = await Bench.open();
  writeFileSync(join(bench.context, 'big'), '');
  const { truncateSync } = await import('node:fs');
  truncateSync(join(bench.context, 'big'), 40e9);
  const controller = new AbortController();
  const onEvent = (event: BuildEvent): void => {
    if (event.kind === 'done') setImmediate(() => controller.abort(new Error('enough')));
  };
  const { error } = await bench.run('FROM scratch\nCOPY big /\n', {}, { signal: controller.signal, onEvent });
  assert.equal((error as Error).message, 'enough');
});

test('build: an abort while standard input says nothing', async () => {
  await using bench = await Bench.open();
  const controller = new AbortController();
  const stdin = (): AsyncIterable<Uint8Array> => ({
    [Symbol.asyncIterator]: () => ({
      next: () => {
        setImmediate(() => controller.abort(new Error('enough')));
        return new Promise(() => {});
      },
    }),
  });
  const environment = { env: { HOME: bench.folder }, cwd: bench.folder, stdin };
  const { error } = await bench.run('', { context: { kind: 'stdin' } }, { signal: controller.signal, environment });
  assert.equal((error as Error).message, 'enough');
});

test('build: an abort as the worker starts leaves none', { skip: skipLayers }, async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content' });
  const controller = new AbortController();
  const onEvent = (event: BuildEvent): void => {
    if (event.kind === 'activity') controller.abort(new Error('enough'));
  };
  const { error } = await bench.run('FROM scratch\nCOPY a /\nRUN ["/a"]\n', {}, { signal: controller.signal, onEvent });
  assert.equal((error as Error).message, 'enough');
  assert.deepEqual(processesOf(bench.store), []);
  assert.deepEqual(bench.temporaries(), []);
});

test('build: what executes nothing starts no worker, and leaves no thread and no temporary file', async () => {
  await using bench = await Bench.open();
  bench.write({ a: 'content', big: Buffer.alloc(3 << 20, 'x').toString() });
  const text =
    'FROM scratch AS files\nCOPY a /x/a\nCOPY big /big\nFROM scratch\nWORKDIR /y\nADD --chown=1:2 big a ./\nCOPY --from=files / /\nCOPY <<f /\nline\nf\n';
  const { events, result } = await bench.succeed(text);
  assert.ok(!activities(events).includes('worker'));
  assert.equal(result.image?.config?.rootfs.diff_ids.length, 4);
  assert.deepEqual(bench.temporaries(), []);
});

test('build: one that ends while the worker still gets ready for steps leaves nothing', { skip: skipLayers }, async () => {
  for (let i = 0; i < 10; i++) {
    await using bench = await Bench.open();
    bench.write({ a: String(i) });
    const { events } = await bench.succeed('FROM scratch\nCOPY a /a\n', { outputs: [{ kind: 'local', dest: `out-${i}` }] });
    assert.ok(activities(events).includes('worker'));
    assert.deepEqual(bench.temporaries(), []);
  }
});

test('build: a step that fails stops the others at once', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  const dockerfile = `FROM ${ref} AS slow\nRUN touch /slow; sleep 1000\nFROM ${ref} AS bad\nRUN sleep 0.2; exit 3\nFROM ${ref}\nCOPY --from=slow /slow /\nCOPY --from=bad / /\n`;
  const { error, events } = await bench.run(dockerfile);
  assert.ok(error instanceof BuildError && error.code === 'RUN_FAILED' && error.location?.startLine === 4, String(error));
  assert.deepEqual(stepsThat('failed', events), ['[bad 2/2] RUN sleep 0.2; exit 3']);
  assert.ok(stepsThat('canceled', events).includes('[slow 2/2] RUN touch /slow; sleep 1000'));
  assert.deepEqual(bench.temporaries(), []);
});

test('build: several builds at once over one store execute a shared step once', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  const builds = await Promise.all([1, 2, 3].map((n) => bench.succeed(`FROM ${ref}\nRUN sleep 0.3; touch /shared\nENV N=${n}\n`)));
  assert.equal(builds.flatMap(({ events }) => activities(events)).filter((name) => name === 'container').length, 1);
  assert.equal(new Set(builds.map(({ result }) => result.image?.config?.rootfs.diff_ids.join())).size, 1);
});

test('build: steps with the same locked caches in another order do not wait for each other for ever', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref } = bench.addBase('base:1', shellFiles());
  const mount = (id: string): string => `--mount=type=cache,sharing=locked,id=${id},target=/${id}`;
  const twice = '--mount=type=cache,sharing=locked,id=a,target=/again';
  const dockerfile = `FROM ${ref} AS x\nRUN ${mount('a')} ${mount('b')} ${twice} touch /a/1 /b/1; ls /again; sleep 0.1; touch /x\nFROM ${ref} AS y\nRUN ${mount('b')} ${mount('a')} touch /a/2 /b/2; sleep 0.1; touch /y\nFROM scratch\nCOPY --from=x /x /\nCOPY --from=y /y /\n`;
  await bench.succeed(dockerfile, { outputs: [{ kind: 'local', dest: 'out' }] }, { signal: AbortSignal.timeout(30_000) });
  assert.deepEqual(readdirSync(join(bench.folder, 'out')).sort(), ['x', 'y']);
});

function readBlob(bench: Bench, digest: string): string {
  using store = openStore(bench.store);
  return store.blobs.read(digest as never).toString();
}

/** Processes that were started for a store: workers and what they started. */
function processesOf(store: string): string[] {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return words.includes(store) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
      return false;
    }
  });
}

test('build: the layers of a base are shown under its FROM, downloading and unpacking', { skip: skipSteps }, async () => {
  await using bench = await Bench.open();
  const { ref, layer } = bench.addBase('base:1', shellFiles());
  const { events } = await bench.succeed(`FROM ${ref}\nRUN ["/bin/sh", "-c", "true"]\n`);
  const from = events.find((event) => event.kind === 'step' && event.name.includes('] FROM'));
  assert.ok(from?.kind === 'step');
  const moved = events.flatMap((event) => (event.kind === 'progress' && event.vertex === from.vertex ? [event] : []));
  assert.deepEqual([...new Set(moved.map(({ action, id }) => `${action} ${id}`))].sort(), [`downloading ${layer.digest}`, `extracting ${layer.digest}`]);
  const downloaded = moved.findLast((event) => event.action === 'downloading');
  assert.deepEqual([downloaded?.current, downloaded?.total], [layer.size, layer.size]);
  const states = events.filter((event) => 'vertex' in event && event.vertex === from.vertex && event.kind !== 'progress').map((event) => event.kind);
  assert.equal(states.at(-1), 'done');
  assert.equal(states.filter((kind) => kind === 'started').length, states.filter((kind) => kind === 'done').length);
});
