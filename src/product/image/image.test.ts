import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, mediaTypes, type DiffID } from '../../core/oci/index.ts';
import { assembleImage, assembleIndex, type ImageInput } from './assemble.ts';
import { parseImageConfig, parseIndex, parseManifest } from '../../core/oci/index.ts';

const diffID = digestOf('tar') as string as DiffID;
const blob = { mediaType: mediaTypes.ociLayerGzip, digest: digestOf('blob'), size: 4 };

const input: ImageInput = {
  platform: { os: 'linux', architecture: 'amd64' },
  config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
  history: [
    { created: '2020-01-01T00:00:00Z', createdBy: 'base', emptyLayer: true },
    { createdBy: 'COPY a /', comment: 'buildkit.dockerfile.v0', emptyLayer: false },
    { createdBy: 'CMD ["sh"]', emptyLayer: true },
  ],
  layers: [{ diffID, blob, createdAtMs: Date.UTC(2024, 0, 2, 3, 4, 5, 678) }],
  mediaTypes: 'oci',
  nowMs: Date.UTC(2030, 0, 1),
};

test('assembleImage: layers give history its times, the last of which is when the image was made', () => {
  const { config, manifest, manifestDocument, configDocument } = assembleImage(input);
  assert.deepEqual(
    config.history?.map((item) => item.created),
    ['2020-01-01T00:00:00Z', '2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05.678Z'],
  );
  assert.equal(config.created, '2024-01-02T03:04:05.678Z');
  assert.deepEqual(config.rootfs, { type: 'layers', diff_ids: [diffID] });
  assert.equal(manifest.config.digest, digestOf(configDocument.bytes));
  assert.equal(manifestDocument.descriptor.digest, digestOf(manifestDocument.bytes));
  assert.equal(manifestDocument.descriptor.size, manifestDocument.bytes.length);
});

test('assembleImage: the same input gives the same bytes, whenever it is asked', () => {
  assert.equal(assembleImage(input).manifestDocument.descriptor.digest, assembleImage({ ...input, nowMs: 0 }).manifestDocument.descriptor.digest);
});

test('assembleImage: SOURCE_DATE_EPOCH sets created and leaves the times of the base', () => {
  const { config } = assembleImage({ ...input, sourceDateEpoch: 1_000_000_000 });
  assert.equal(config.created, '2001-09-09T01:46:40Z');
  assert.deepEqual(
    config.history?.map((item) => item.created),
    ['2020-01-01T00:00:00Z', '2001-09-09T01:46:40Z', '2001-09-09T01:46:40Z'],
  );
});

test('assembleImage: a history that does not fit the layers is a fault', () => {
  assert.throws(() => assembleImage({ ...input, layers: [] }), { code: 'IMAGE_INCONSISTENT' });
});

test('assembleImage: Docker media types where asked for', () => {
  const { manifest } = assembleImage({ ...input, mediaTypes: 'docker' });
  assert.equal(manifest.mediaType, mediaTypes.dockerManifest);
  assert.equal(manifest.config.mediaType, mediaTypes.dockerConfig);
});

test('assembleIndex: names each platform', () => {
  const { manifestDocument } = assembleImage(input);
  const { index, document } = assembleIndex([{ descriptor: manifestDocument.descriptor, platform: input.platform }], 'oci', { b: '2', a: '1' });
  assert.deepEqual(index.manifests[0]?.platform, input.platform);
  assert.deepEqual(parseIndex(document.bytes, 'it'), index);
  assert.deepEqual(Object.keys(index.annotations ?? {}), ['a', 'b']);
});

test('parseManifest, parseIndex, parseImageConfig: name every fault of what comes from outside', () => {
  const message = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.match(
    message(() => parseManifest(Buffer.from('{'), 'x')),
    /not JSON/,
  );
  assert.match(
    message(() => parseManifest(Buffer.from('{"schemaVersion":1,"config":{},"layers":[{"mediaType":"a","digest":"sha256:1","size":-1}]}'), 'x')),
    /schemaVersion.*config\.mediaType.*layers\[0\]\.digest.*layers\[0\]\.size/s,
  );
  assert.match(
    message(() => parseIndex(Buffer.from('{"manifests":{}}'), 'x')),
    /manifests is an object and no list/,
  );
  assert.match(
    message(() => parseImageConfig(Buffer.from('{"rootfs":{"diff_ids":["x"]}}'), 'x')),
    /diff_ids\[0\].*architecture/s,
  );
});

test('parseImageConfig: members of wrong types and with NUL characters are named, all of them', () => {
  const diffID = `sha256:${'a'.repeat(64)}`;
  const parse = (config: unknown, more: object = {}): unknown =>
    parseImageConfig(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffID] }, config, ...more })), 'x');
  const cases: [unknown, object, string[]][] = [
    [{ Env: 'A=1' }, {}, ['config.Env is text and no list']],
    [{ Env: ['A=1', 5, null] }, {}, ['config.Env[1] is 5 and no text', 'config.Env[2] is null']],
    [{ WorkingDir: '/a\0b', User: 0 }, {}, ['config.WorkingDir has a NUL character', 'config.User is 0 and no text']],
    [{ Cmd: {}, Entrypoint: true, Shell: 'sh', OnBuild: [[]] }, {}, ['config.Cmd', 'config.Entrypoint is true', 'config.Shell', 'config.OnBuild[0] is a list']],
    [
      { Labels: ['a'], ExposedPorts: { '80/tcp': 1 }, Volumes: 7 },
      {},
      ['config.Labels is a list', 'config.ExposedPorts["80/tcp"] is 1', 'config.Volumes is 7'],
    ],
    [{ Labels: { a: 1 }, StopSignal: 9, ArgsEscaped: 'yes' }, {}, ['config.Labels["a"] is 1', 'config.StopSignal is 9', 'config.ArgsEscaped is text']],
    [
      { Healthcheck: { Test: 'x', Interval: '5s', Retries: 1.5 } },
      {},
      ['config.Healthcheck.Test', 'config.Healthcheck.Interval', 'config.Healthcheck.Retries'],
    ],
    ['text', { history: [{ empty_layer: 1 }, 3], created: 5 }, ['config is text', 'history[0].empty_layer', 'history[1] is 3', 'created is 5']],
    [{ Env: Array.from({ length: 30 }, () => 1) }, {}, ['config.Env[19]', 'and 10 more']],
  ];
  for (const [config, more, faults] of cases) {
    assert.throws(
      () => parse(config, more),
      (error: Error & { code?: string }) => error.code === 'CONFIG_INVALID' && faults.every((fault) => error.message.includes(fault)),
      JSON.stringify(config),
    );
  }
  const empty = { Env: null, Cmd: null, Labels: null, Volumes: null };
  assert.deepEqual(parse(empty, { history: null, author: null }), {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [diffID] },
    config: {},
  });
});

test('parseManifest: layers may be null, annotations hold text', () => {
  const config = { mediaType: 'c', digest: `sha256:${'a'.repeat(64)}`, size: 1 };
  assert.deepEqual(parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: null })), 'x').layers, []);
  assert.throws(
    () => parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, config: { ...config, annotations: { a: 1 } }, layers: [], annotations: 'x' })), 'x'),
    /config\.annotations\["a"\] is 1 and no text; annotations is text and no object/,
  );
});
