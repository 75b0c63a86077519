import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { BuildError } from '../../core/errors.ts';
import type { ImageConfig, Index, Manifest } from '../../core/oci/index.ts';
import { Bench, noContainers, shellFiles, type Outcome } from './testing/bench.ts';

/*
 * Each kind of file of a store, damaged in each way after a real build. The build after it exports and pushes the right image, or fails with an error that says what to
 * do; the one after that finds nothing wrong.
 */

/** What is done to a file or folder of the store. */
const damages: Readonly<Record<string, (path: string) => void>> = {
  'is cut short': (path) => truncateSync(path, statSync(path).size >> 1),
  'is emptied': (path) => truncateSync(path, 0),
  'has a flipped bit': (path) => {
    const bytes = readFileSync(path);
    const at = bytes.length >> 1;
    writeFileSync(path, bytes.with(at, bytes[at]! ^ 0x10));
  },
  'is missing': (path) => rmSync(path, { recursive: true }),
  'is a folder': (path) => {
    rmSync(path, { recursive: true });
    mkdirSync(path);
  },
};

const folderDamages: Readonly<Record<string, (path: string) => void>> = {
  'is missing': (path) => rmSync(path, { recursive: true }),
  'is emptied': (path) => {
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
  },
  'is a file': (path) => {
    rmSync(path, { recursive: true });
    writeFileSync(path, 'x');
  },
};

/** What may be reported instead of healed. */
const clearCodes = ['STORE_UNUSABLE', 'STORE_DAMAGED'];

describe('a damaged store', { skip: noContainers() }, () => {
  let bench: Bench;
  let dockerfile: string;
  let pristine: string;
  let parts: Parts;
  let count = 0;

  before(async () => {
    bench = await Bench.open();
    pristine = join(bench.folder, 'pristine');
    const { ref, diffID } = bench.addBase('base:1', shellFiles());
    for (const key of bench.registry.blobs.keys()) baseBlobs.add(key);
    bench.write({ a: 'a'.repeat(2000), b: 'b'.repeat(2000), changing: '1' });
    dockerfile = [
      `FROM ${ref} AS stage`,
      'COPY a /a',
      'RUN cat /a /a >/aa',
      'FROM scratch AS plain',
      'COPY b /plain',
      `FROM ${ref}`,
      'COPY b /b',
      'RUN --mount=type=cache,target=/cache cat /b /b >/bb',
      'COPY --from=stage /aa /copied',
      'COPY --from=plain /plain /from-plain',
      'COPY changing /changing',
      'COPY --from=stage /a /late',
      'RUN cat /b /late /copied /from-plain /changing >/last',
      '',
    ].join('\n');
    const first = await run('unchanged');
    assert.equal(first.error, undefined, String(first.error));
    // Kept in the store too, with its documents.
    await bench.succeed(dockerfile, { tags: ['kept:1'], buildArgs });
    parts = findParts(bench.store, diffID, first.result!.image!.config!.rootfs.diff_ids);
    execFileSync('cp', ['-a', bench.store, pristine]);
  });
  after(() => bench[Symbol.asyncDispose]());

  /** Builds, exports and pushes to where nothing is yet. */
  async function run(kind: 'unchanged' | 'changed'): Promise<Outcome> {
    count += 1;
    bench.write({ changing: kind === 'unchanged' ? '1' : `2` });
    rmSync(join(bench.folder, 'layout'), { recursive: true, force: true });
    const isBase = (key: string): boolean => key.startsWith('base');
    for (const key of bench.registry.manifests.keys()) if (!isBase(key)) bench.registry.manifests.delete(key);
    for (const key of bench.registry.blobs.keys()) if (!baseBlobs.has(key)) bench.registry.blobs.delete(key);
    const outputs = [
      { kind: 'oci', dest: 'layout', tar: false, names: [] },
      { kind: 'image', names: [`${bench.registry.host}/pushed-${count}:1`], push: true },
    ] as const;
    const outcome = await bench.run(dockerfile, { outputs, buildArgs });
    if (outcome.error === undefined) validate(join(bench.folder, 'layout'), kind === 'unchanged' ? '1' : '2');
    return outcome;
  }

  async function survives(kind: 'unchanged' | 'changed', damage: (root: string) => void): Promise<void> {
    rmSync(bench.store, { recursive: true, force: true });
    execFileSync('cp', ['-a', pristine, bench.store]);
    damage(bench.store);
    const first = await run(kind);
    if (first.error !== undefined) {
      assert.ok(first.error instanceof BuildError, `${String((first.error as Error).stack)}`);
      assert.ok(clearCodes.includes(first.error.code), `${first.error.code}: ${first.error.message}`);
      assert.ok(first.error.hint !== undefined);
      if (!first.error.retryable) return;
    }
    const second = await run(kind);
    assert.equal(second.error, undefined, String(second.error));
    assert.deepEqual(
      second.events.filter((event) => event.kind === 'warning'),
      [],
    );
  }

  for (const part of ['baseBlob', 'copyBlob', 'runBlob', 'copyFromBlob', 'config', 'manifest', 'database', 'memory', 'layoutFile'] as const) {
    for (const [name, damage] of Object.entries(damages)) {
      test(`${part} ${name}`, () => survives('unchanged', (root) => damage(join(root, parts[part]))));
    }
  }
  for (const part of ['baseBlob', 'copyBlob', 'baseIndex', 'copyIndex', 'stageIndex', 'plainTar', 'filter', 'database'] as const) {
    for (const [name, damage] of Object.entries(damages)) {
      test(`${part} ${name}, and a file of the context has changed`, () => survives('changed', (root) => damage(join(root, parts[part]))));
    }
  }
  for (const part of [
    'tmp',
    'locks',
    'blobs',
    'blobs/sha256',
    'layers',
    'seccomp',
    'contexts',
    'mounts',
    'unpackedBase',
    'unpackedCopy',
    'unpackedStage',
    'stageForms',
  ] as const) {
    for (const [name, damage] of Object.entries(folderDamages)) {
      test(`${part} ${name}`, () => survives('changed', (root) => damage(join(root, part in parts ? parts[part as keyof Parts] : part))));
    }
  }

  test('everything is damaged at once', () =>
    survives('changed', (root) => {
      for (const name of readdirSync(join(root, 'blobs/sha256'))) damages['has a flipped bit']!(join(root, 'blobs/sha256', name));
      for (const part of ['baseIndex', 'copyIndex', 'stageIndex', 'plainTar', 'filter', 'memory'] as const) damages['is cut short']!(join(root, parts[part]));
    }));
});

const buildArgs = { SOURCE_DATE_EPOCH: '1000000000' };
const baseBlobs = new Set<string>();

/** Paths of a store's files, by what they are. */
interface Parts {
  readonly baseBlob: string;
  readonly copyBlob: string;
  readonly runBlob: string;
  readonly copyFromBlob: string;
  readonly config: string;
  readonly manifest: string;
  readonly database: string;
  readonly memory: string;
  readonly layoutFile: string;
  readonly baseIndex: string;
  readonly copyIndex: string;
  readonly stageIndex: string;
  readonly plainTar: string;
  readonly filter: string;
  readonly unpackedBase: string;
  readonly unpackedCopy: string;
  readonly unpackedStage: string;
  readonly stageForms: string;
}

function findParts(root: string, baseDiffID: string, diffIDs: readonly string[]): Parts {
  const blobs = new Map(readdirSync(join(root, 'blobs/sha256')).map((name) => [name, readFileSync(join(root, 'blobs/sha256', name))]));
  const blobOf = (diffID: string): string => {
    for (const [name, bytes] of blobs) {
      if (bytes[0] !== 0x1f) continue;
      if (digest(gunzipSync(bytes)) === diffID) return `blobs/sha256/${name}`;
    }
    throw new Error(`no blob of ${diffID}`);
  };
  const documents = [...blobs].filter(([, bytes]) => bytes[0] === 0x7b);
  const documentWith = (text: string): string =>
    `blobs/sha256/${documents.find(([, bytes]) => bytes.includes(text) && bytes.includes(baseDiffID.slice(7)) === (text === '"rootfs"'))![0]}`;
  const layers = readdirSync(join(root, 'layers'));
  const formsOf = (hex: string): string[] => readdirSync(join(root, 'layers', hex));
  const hex = (diffID: string): string => diffID.slice(7);
  const stage = layers.find(
    (name) => !diffIDs.map(hex).includes(name) && formsOf(name).some((form) => form.startsWith('unpacked')) && holds(root, name, 'aa'),
  )!;
  const plain = layers.find((name) => formsOf(name).includes('tar'))!;
  const unpacked = (name: string): string => `layers/${name}/${formsOf(name).find((form) => form.startsWith('unpacked'))}`;
  const [base, copy, ran, copied] = diffIDs as [string, string, string, string];
  return {
    baseBlob: blobOf(base),
    copyBlob: blobOf(copy),
    runBlob: blobOf(ran),
    copyFromBlob: blobOf(copied),
    config: documentWith('"rootfs"'),
    manifest: documentWith('"layers"'),
    database: 'store.db',
    memory: `contexts/${readdirSync(join(root, 'contexts'))[0]}`,
    layoutFile: 'oci-layout',
    baseIndex: `layers/${hex(base)}/index`,
    copyIndex: `layers/${hex(copy)}/index`,
    stageIndex: `layers/${stage}/index`,
    plainTar: `layers/${plain}/tar`,
    filter: `seccomp/${readdirSync(join(root, 'seccomp'))[0]}`,
    unpackedBase: unpacked(hex(base)),
    unpackedCopy: unpacked(hex(copy)),
    unpackedStage: unpacked(stage),
    stageForms: `layers/${stage}`,
  };
}

function holds(root: string, layer: string, name: string): boolean {
  const folder = join(root, 'layers', layer);
  return readdirSync(folder).some((form) => form.startsWith('unpacked') && readdirSync(join(folder, form)).includes(name));
}

/** Every blob is that of its digest and size, every layer that of its diffID, and the files are those that the Dockerfile says. */
function validate(layout: string, changing: string): void {
  const read = (name: string, size?: number): Buffer => {
    const bytes = readFileSync(join(layout, 'blobs/sha256', name.slice(7)));
    assert.equal(digest(bytes), name);
    if (size !== undefined) assert.equal(bytes.length, size);
    return bytes;
  };
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as Index;
  const manifest = JSON.parse(read(index.manifests[0]!.digest).toString()) as Manifest;
  const config = JSON.parse(read(manifest.config.digest, manifest.config.size).toString()) as ImageConfig;
  const tars = manifest.layers.map((layer) => gunzipSync(read(layer.digest, layer.size)));
  assert.deepEqual(tars.map(digest), config.rootfs.diff_ids);
  const all = Buffer.concat(tars.slice(1));
  for (const content of ['b'.repeat(4000), 'a'.repeat(4000), `${'b'.repeat(2000)}${'a'.repeat(6000)}${'b'.repeat(2000)}${changing}`])
    assert.ok(all.includes(content));
}

function digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
