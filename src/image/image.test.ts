import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, mediaTypes, type DiffID } from '../oci/index.ts';
import { assembleImage, assembleIndex, parseImageConfig, parseIndex, parseManifest, type ImageInput } from './index.ts';

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
    /manifests is no list/,
  );
  assert.match(
    message(() => parseImageConfig(Buffer.from('{"rootfs":{"diff_ids":["x"]}}'), 'x')),
    /diff_ids\[0\].*architecture/s,
  );
});
