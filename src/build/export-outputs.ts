import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LayerSources } from '../cache/index.ts';
import type { Store } from '../content/index.ts';
import type { FileSink, ImageSet, Pusher } from '../exporter/index.ts';
import { assembleImage, assembleIndex, type HistoryItem } from '../image/index.ts';
import {
  familiarReference,
  formatPlatform,
  formatReference,
  parseReference,
  type Compression,
  type ContainerConfig,
  type DiffID,
  type Platform,
} from '../oci/index.ts';
import type { LayersResult } from '../solver/index.ts';
import type { WorkerClient } from '../worker/index.ts';
import { requestError } from './error.ts';
import type { BuildResult, ImageResult } from './events.ts';
import type { LayerProvider } from './layer-provider.ts';
import type { Annotation, Output } from './request.ts';
import type { Settings } from './settings.ts';
import { tellStep, type EmitEvent } from './steps.ts';

/** What was built for one platform. */
export interface PlatformBuild {
  readonly platform: Platform;
  readonly osVersion?: string;
  readonly author?: string;
  readonly config: ContainerConfig;
  /** One item without `emptyLayer` per layer of `result`; `layer` is the result that has that layer on top. */
  readonly history: readonly (HistoryItem & { readonly layer?: LayersResult })[];
  readonly result: LayersResult;
}

export interface ExportPorts {
  readonly store: Store;
  readonly settings: Settings;
  readonly provider: LayerProvider;
  readonly sources: LayerSources;
  readonly worker: () => Promise<WorkerClient>;
  readonly pusher: () => Promise<Pusher>;
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
  /** Bytes for `dest=-`. */
  readonly stdout: () => NodeJS.WritableStream;
  readonly dockerLoad: () => Promise<FileSink>;
  /** Seconds since 1970. */
  readonly sourceDateEpoch: number | undefined;
}

/** Writes the outputs one after the other and gives the result of the build. */
export async function exportOutputs(
  outputs: readonly Output[],
  builds: readonly PlatformBuild[],
  annotations: readonly Annotation[],
  ports: ExportPorts,
): Promise<BuildResult> {
  const sets = new Map<string, Promise<ImageSet>>();
  const imageSet = (output: Output): Promise<ImageSet> => {
    const format = formatOf(output);
    const key = JSON.stringify(format);
    let set = sets.get(key);
    if (set === undefined) sets.set(key, (set = makeImageSet(builds, annotations, format, ports)));
    return set;
  };
  let image: ImageResult | undefined;
  for (const output of outputs) {
    switch (output.kind) {
      case 'image':
        image ??= await exportImage(output, await tellStep('exporting to image', ports.emit, ports.settings.now, () => imageSet(output)), ports);
        break;
      case 'oci':
      case 'docker':
      case 'load': {
        const set = await imageSet(output);
        await tellStep(`exporting to ${output.kind === 'load' ? 'docker image store' : `${output.kind} image format`}`, ports.emit, ports.settings.now, () =>
          exportLayout(output, set, ports),
        );
        image ??= imageResult(set, namesOf(output));
        break;
      }
      case 'local':
      case 'tar':
        await tellStep(`exporting to ${output.kind === 'local' ? 'client directory' : 'client tarball'}`, ports.emit, ports.settings.now, () =>
          exportFiles(output, builds, ports),
        );
        break;
      case 'cacheonly':
        break;
      default:
        output satisfies never;
    }
  }
  return { ...(image === undefined ? {} : { image }), metadata: metadataOf(image) };
}

interface ImageFormat {
  readonly family: 'oci' | 'docker';
  readonly compression: Compression;
  readonly level?: number;
  readonly force: boolean;
}

export function formatOf(output: Output): ImageFormat {
  const options = output.kind === 'image' || output.kind === 'oci' || output.kind === 'docker' ? output : undefined;
  const level = options?.compressionLevel;
  return {
    family: output.kind === 'image' && output.ociMediaTypes === false ? 'docker' : 'oci',
    compression: options?.compression ?? 'gzip',
    ...(level === undefined ? {} : { level }),
    force: options?.forceCompression ?? false,
  };
}

function namesOf(output: Output): readonly string[] {
  return 'names' in output ? output.names : [];
}

async function makeImageSet(builds: readonly PlatformBuild[], annotations: readonly Annotation[], format: ImageFormat, ports: ExportPorts): Promise<ImageSet> {
  const { settings } = ports;
  const pick = (level: Annotation['level'], platform?: Platform): Record<string, string> =>
    Object.fromEntries(
      annotations
        .filter(
          (item) =>
            item.level === level && (item.platform === undefined || platform === undefined || formatPlatform(item.platform) === formatPlatform(platform)),
        )
        .map((item) => [item.key, item.value]),
    );
  const platforms = await Promise.all(
    builds.map(async (build) => {
      const createdAt = new Map<DiffID, number>();
      const times = build.history.filter((item) => !item.emptyLayer).map((item) => item.layer?.createdAtMs);
      const layers = await Promise.all(
        build.result.layers.map(async (diffID, i) => {
          const blob = await ports.provider.descriptor(diffID, format);
          const createdAtMs = times[i] ?? createdAt.get(diffID);
          return { diffID, blob, ...(createdAtMs === undefined ? {} : { createdAtMs }) };
        }),
      );
      const image = assembleImage({
        platform: build.platform,
        ...(build.osVersion === undefined ? {} : { osVersion: build.osVersion }),
        ...(build.author === undefined ? {} : { author: build.author }),
        config: build.config,
        history: build.history.map(({ layer: _layer, ...item }) => item),
        layers,
        mediaTypes: format.family,
        ...(ports.sourceDateEpoch === undefined ? {} : { sourceDateEpoch: ports.sourceDateEpoch }),
        nowMs: settings.now(),
        annotations: pick('manifest', build.platform),
      });
      return { platform: build.platform, image, layers: layers.map(({ diffID, blob }) => ({ diffID, blob })) };
    }),
  );
  const indexAnnotations = pick('index');
  const needsIndex = platforms.length > 1 || Object.keys(indexAnnotations).length > 0;
  if (!needsIndex) return { platforms, root: platforms[0]!.image.manifestDocument.descriptor };
  const { document } = assembleIndex(
    platforms.map(({ platform, image }) => ({
      descriptor: image.manifestDocument.descriptor,
      platform,
      annotations: { ...pick('manifest-descriptor', platform), ...pick('index-descriptor', platform) },
    })),
    format.family,
    indexAnnotations,
  );
  return { platforms, index: document, root: document.descriptor };
}

async function exportImage(output: Output & { kind: 'image' }, set: ImageSet, ports: ExportPorts): Promise<ImageResult> {
  const { store } = ports;
  const { documentsOf } = await import('../exporter/index.ts');
  if (output.push) {
    if (output.names.length === 0) throw requestError('OUTPUT_CONFLICT', 'Cannot push: the image has no name', 'Name it with -t REGISTRY/NAME:TAG.');
    const pusher = await ports.pusher();
    for (const name of output.names) {
      await tellStep(`pushing ${familiarReference(parseReference(name))}`, ports.emit, ports.settings.now, ({ progress }) =>
        pusher.image(set, [name], (id, current, total) => progress(id, 'pushing', current, total)),
      );
    }
  } else {
    for (const document of documentsOf(set)) if (!store.blobs.has(document.descriptor.digest)) store.blobs.put(document.bytes);
    const names = output.names.length > 0 ? output.names.map((name) => formatReference(parseReference(name))) : [`untagged@${set.root.digest}`];
    const known = store.images.get(names[0]!);
    if (known?.descriptor.digest !== set.root.digest || names.length > 1) store.images.set(names, { descriptor: set.root, createdAtMs: ports.settings.now() });
  }
  return imageResult(set, output.names);
}

async function exportLayout(output: Output & { kind: 'oci' | 'docker' | 'load' }, set: ImageSet, ports: ExportPorts): Promise<void> {
  const { folderSink, tarSink, writeLayout } = await import('../exporter/index.ts');
  const sink =
    output.kind === 'load'
      ? await ports.dockerLoad()
      : output.dest === '-'
        ? tarSink({ stream: ports.stdout() })
        : output.tar
          ? tarSink({ path: resolve(ports.settings.cwd, output.dest) })
          : folderSink(resolve(ports.settings.cwd, output.dest));
  await using _sink = sink;
  await writeLayout(set, sink, {
    kind: output.kind === 'oci' ? 'oci' : 'docker',
    names: output.names,
    blobs: ports.store.blobs,
    provide: (layer) => ports.provider.provide(layer),
    signal: ports.signal,
  });
  await sink.commit();
}

async function exportFiles(output: Output & { kind: 'local' | 'tar' }, builds: readonly PlatformBuild[], ports: ExportPorts): Promise<void> {
  const worker = await ports.worker();
  for (const build of builds) {
    await Promise.all(build.result.layers.map((diffID) => ports.provider.fetch(diffID)));
    await Promise.all(build.result.layers.map((diffID) => ports.provider.index(diffID)));
    const folder = resolve(ports.settings.cwd, output.dest);
    const destination = builds.length > 1 && output.kind === 'local' ? `${folder}/${formatPlatform(build.platform).replaceAll('/', '_')}` : folder;
    if (output.kind === 'local') await worker.exportTree(build.result.layers, destination, 'dir', ports.signal);
    else if (output.dest === '-') await writeTarTo(ports.stdout(), build, worker, ports);
    else await worker.exportTree(build.result.layers, destination, 'tar', ports.signal);
  }
}

/** The worker writes a file, from which the bytes go on: it has no way to a stream of ours. */
async function writeTarTo(stdout: NodeJS.WritableStream, build: PlatformBuild, worker: WorkerClient, ports: ExportPorts): Promise<void> {
  const file = join(ports.store.tempDir(), 'tree.tar');
  await worker.exportTree(build.result.layers, file, 'tar', ports.signal);
  const { pipeline } = await import('node:stream/promises');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), stdout, { end: false, signal: ports.signal });
}

function imageResult(set: ImageSet, names: readonly string[]): ImageResult {
  const [first] = set.platforms;
  const single = set.index === undefined && first !== undefined;
  return {
    digest: set.root.digest,
    descriptor: set.root,
    ...(single ? { configDigest: first.image.configDocument.descriptor.digest, config: first.image.config } : {}),
    names: names.map((name) => formatReference(parseReference(name))),
  };
}

/** The members that buildx writes with --metadata-file. */
function metadataOf(image: ImageResult | undefined): Record<string, unknown> {
  if (image === undefined) return {};
  return {
    ...(image.configDigest === undefined ? {} : { 'containerimage.config.digest': image.configDigest }),
    'containerimage.descriptor': image.descriptor,
    'containerimage.digest': image.digest,
    ...(image.names.length === 0 ? {} : { 'image.name': image.names.join(',') }),
  };
}
