import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { BuildError } from '../../core/errors.ts';
import type { Store } from '../../host/content/index.ts';
import type { FileSink, ImageSet, Pusher } from '../../product/exporter/index.ts';
import { familiarReference, formatPlatform, formatReference, parseReference } from '../../core/oci/index.ts';
import type { WorkerClient } from '../../work/protocol/index.ts';
import { requestError } from '../request/index.ts';
import type { BuildResult, ImageResult } from '../progress/index.ts';
import { formatOf, makeImageSet, type PlatformBuild } from './image-set.ts';
import type { LayerProvider } from '../../layers/provide/index.ts';
import type { Annotation, Output } from '../request/index.ts';
import type { Settings } from '../request/index.ts';
import { untaggedPrefix } from '../../layers/collect/index.ts';
import { tellStep, type EmitEvent, type StepProgress } from '../progress/index.ts';

export interface ExportPorts {
  readonly store: Store;
  readonly settings: Settings;
  readonly provider: LayerProvider;
  readonly worker: () => Promise<WorkerClient>;
  readonly pusher: () => Promise<Pusher>;
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
  /** Bytes for `dest=-`. */
  readonly stdout: () => NodeJS.WritableStream;
  readonly dockerLoad: () => Promise<FileSink>;
  /** An index, and a folder for each platform, also where there is one platform. */
  readonly multiPlatform: boolean;
  /** Seconds since 1970. */
  readonly sourceDateEpoch: number | undefined;
}

/** Faults of outputs that show before anything is built for them. Errors: OUTPUT_CONFLICT, OUTPUT_UNWRITABLE. */
export async function checkOutputs(outputs: readonly Output[], multiPlatform: boolean, cwd: string): Promise<void> {
  for (const output of outputs) {
    if (output.kind === 'image' && output.push && output.names.length === 0)
      throw requestError('OUTPUT_CONFLICT', 'Cannot push: the image has no name', 'Name it with -t REGISTRY/NAME:TAG.');
    if (output.kind === 'tar' && multiPlatform)
      throw requestError(
        'OUTPUT_CONFLICT',
        'Cannot write one tar of the files of several platforms, which --platform or BUILDKIT_MULTI_PLATFORM ask for',
        'Use type=local, which makes a folder for each.',
      );
    if (!('dest' in output) || (output.dest === '-' && output.kind !== 'local')) continue;
    const { checkDestination } = await import('../../product/exporter/index.ts');
    checkDestination(resolve(cwd, output.dest), output.kind === 'local' || ('tar' in output && !output.tar) ? 'folder' : 'file');
  }
}

/** Writes the outputs one after the other and gives the result of the build, which describes the first image. */
export async function exportOutputs(
  outputs: readonly Output[],
  builds: readonly PlatformBuild[],
  annotations: readonly Annotation[],
  ports: ExportPorts,
): Promise<BuildResult> {
  const { provider, sourceDateEpoch, settings, emit } = ports;
  const nowMs = settings.now();
  const sets = new Map<string, Promise<ImageSet>>();
  const imageSet = (output: Output): Promise<ImageSet> => {
    const format = formatOf(output);
    const key = JSON.stringify(format);
    let set = sets.get(key);
    if (set === undefined) sets.set(key, (set = makeImageSet(builds, { annotations, format, provider, nowMs, sourceDateEpoch, asIndex: ports.multiPlatform })));
    return set;
  };
  const images: ImageResult[] = [];
  for (const [number, output] of outputs.entries()) {
    const step = <T>(name: string, work: (progress: StepProgress) => Promise<T>): Promise<T> =>
      tellStep(name, { emit, now: settings.now, signal: ports.signal }, work, number === 0 ? name : `${number} ${name}`);
    switch (output.kind) {
      case 'image': {
        const set = await step('exporting to image', () => imageSet(output));
        if (output.push) await pushImage(output.names, set, ports, step);
        else await keepImage(output.names, set, ports);
        images.push(imageResult(set, output.names));
        break;
      }
      case 'oci':
      case 'docker':
      case 'load': {
        const set = await step(`exporting to ${output.kind === 'load' ? 'docker image store' : `${output.kind} image format`}`, async () => {
          const made = await imageSet(output);
          await exportLayout(output, made, ports);
          return made;
        });
        images.push(imageResult(set, output.names));
        break;
      }
      case 'local':
      case 'tar':
        await step(`exporting to ${output.kind === 'local' ? 'client directory' : 'client tarball'}`, () => exportFiles(output, builds, ports));
        break;
      case 'cacheonly':
        break;
      default:
        output satisfies never;
    }
  }
  const [image] = images;
  return { ...(image === undefined ? {} : { image }), metadata: metadataOf(image) };
}

async function pushImage(
  names: readonly string[],
  set: ImageSet,
  ports: ExportPorts,
  step: <T>(name: string, work: (progress: StepProgress) => Promise<T>) => Promise<T>,
): Promise<void> {
  const pusher = await ports.pusher();
  for (const name of names) {
    await step(`pushing ${familiarReference(parseReference(name))}`, ({ progress }) =>
      pusher.image(set, [name], (id, current, total) => progress(id, 'pushing', current, total)),
    );
  }
}

/** Gives the image its names in the store. One without a name is kept under its digest, until it is pruned. Writes nothing where all stands so already. */
async function keepImage(names: readonly string[], set: ImageSet, { store, settings }: ExportPorts): Promise<void> {
  const { documentsOf } = await import('../../product/exporter/index.ts');
  for (const document of documentsOf(set)) store.blobs.put(document.bytes);
  const full = names.length > 0 ? names.map((name) => formatReference(parseReference(name))) : [`${untaggedPrefix}${set.root.digest}`];
  const changed = full.filter((name) => store.images.get(name)?.descriptor.digest !== set.root.digest);
  if (changed.length > 0) store.images.set(changed, { descriptor: set.root, createdAtMs: settings.now() });
}

async function exportLayout(output: Output & { kind: 'oci' | 'docker' | 'load' }, set: ImageSet, ports: ExportPorts): Promise<void> {
  const { store, provider, signal } = ports;
  const { layersOf, writeLayout } = await import('../../product/exporter/index.ts');
  // All of them before the first byte of the output: damage that is found here lets the build begin again.
  for (const layer of layersOf(set)) {
    signal.throwIfAborted();
    await provider.provide(layer);
  }
  await using sink = await openSink(output, ports);
  await writeLayout(set, sink, {
    kind: output.kind === 'oci' ? 'oci' : 'docker',
    names: output.names,
    blobs: store.blobs,
  });
  await sink.commit();
}

async function openSink(output: Output & { kind: 'oci' | 'docker' | 'load' }, ports: ExportPorts): Promise<FileSink> {
  const { fileTarget, folderSink, streamTarget, tarSink } = await import('../../product/exporter/index.ts');
  const { settings, signal } = ports;
  if (output.kind === 'load') return ports.dockerLoad();
  if (output.dest === '-') return tarSink(streamTarget(ports.stdout(), 'standard output', signal), signal);
  const path = resolve(settings.cwd, output.dest);
  return output.tar ? tarSink(await fileTarget(path), signal) : folderSink(path, signal);
}

async function exportFiles(output: Output & { kind: 'local' | 'tar' }, builds: readonly PlatformBuild[], ports: ExportPorts): Promise<void> {
  const { stageFile, StagedFolders, streamTarget } = await import('../../product/exporter/index.ts');
  const { provider, settings, signal, store } = ports;
  const worker = await ports.worker();
  const destination = resolve(settings.cwd, output.dest);
  const write = async (build: PlatformBuild, path: string): Promise<void> => {
    const { layers } = build.result;
    await Promise.all(layers.map((diffID) => provider.fetch(diffID)));
    await Promise.all(layers.map((diffID) => provider.index(diffID)));
    await worker.exportTree(layers, path, output.kind === 'local' ? 'dir' : 'tar', signal).catch(async (error: unknown) => {
      throw await exportError(error, destination);
    });
  };
  if (output.kind === 'local') {
    using folders = new StagedFolders();
    for (const build of builds) {
      const folder = ports.multiPlatform ? join(destination, formatPlatform(build.platform).replaceAll('/', '_')) : destination;
      folders.make(folder);
      await write(build, folder);
    }
    folders.commit();
    return;
  }
  const [build] = builds;
  if (output.dest !== '-') {
    using staged = stageFile(destination);
    await write(build!, staged.path);
    staged.commit();
    return;
  }
  // The worker has no way to a stream of ours.
  const file = join(store.tempDir(), 'tree.tar');
  await write(build!, file);
  await using target = streamTarget(ports.stdout(), 'standard output', signal);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) await target.write(chunk as Uint8Array);
  await target.finish();
}

/** What the worker says of its disk is about the output here, not about the store. */
async function exportError(error: unknown, destination: string): Promise<unknown> {
  if (!(error instanceof BuildError) || !['DISK_FULL', 'STORE_UNUSABLE', 'LAYER_UNWRITABLE'].includes(error.code)) return error;
  const { unwritable } = await import('../../product/exporter/index.ts');
  return unwritable(destination, error);
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
