import type { ImageSet } from '../../product/exporter/index.ts';
import { assembleImage, assembleIndex, type HistoryItem } from '../../product/image/index.ts';
import { formatPlatform, type Compression, type ContainerConfig, type Descriptor, type Platform } from '../../core/oci/index.ts';
import type { LayersResult } from '../../decide/solver/index.ts';
import type { LayerProvider } from '../../layers/provide/index.ts';
import type { Annotation, Output } from '../request/index.ts';

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

/** How an image is written. */
export interface ImageFormat {
  readonly family: 'oci' | 'docker';
  readonly compression: Compression;
  readonly level?: number;
  /** Layers that are compressed otherwise are compressed anew. */
  readonly force: boolean;
}

export interface ImageSetOptions {
  readonly annotations: readonly Annotation[];
  readonly format: ImageFormat;
  readonly provider: LayerProvider;
  readonly nowMs: number;
  /** An index also for one platform. */
  readonly asIndex: boolean;
  /** Seconds since 1970. */
  readonly sourceDateEpoch: number | undefined;
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

/** The image of a build: one manifest per platform, and an index over them where there are several, where annotations are for one, or where one is asked for. */
export async function makeImageSet(builds: readonly PlatformBuild[], options: ImageSetOptions): Promise<ImageSet> {
  const pick = (level: Annotation['level'], platform?: Platform): Record<string, string> => pickAnnotations(options.annotations, level, platform);
  const platforms = await Promise.all(builds.map((build) => makeImage(build, pick('manifest', build.platform), options)));
  const indexAnnotations = pick('index');
  const indexDescriptor = pick('index-descriptor');
  const [first] = platforms;
  if (!options.asIndex && platforms.length === 1 && first !== undefined && Object.keys({ ...indexAnnotations, ...indexDescriptor }).length === 0) {
    return { platforms, root: annotated(first.image.manifestDocument.descriptor, pick('manifest-descriptor', first.platform)) };
  }
  const { document } = assembleIndex(
    platforms.map(({ platform, image }) => ({
      descriptor: image.manifestDocument.descriptor,
      platform,
      annotations: pick('manifest-descriptor', platform),
    })),
    options.format.family,
    indexAnnotations,
  );
  return { platforms, index: document, root: annotated(document.descriptor, indexDescriptor) };
}

async function makeImage(build: PlatformBuild, annotations: Record<string, string>, options: ImageSetOptions): Promise<ImageSet['platforms'][number]> {
  const { format, provider, nowMs, sourceDateEpoch } = options;
  const times = build.history.filter((item) => !item.emptyLayer).map((item) => item.layer?.createdAtMs);
  const layers = await Promise.all(
    build.result.layers.map(async (diffID, i) => {
      const createdAtMs = times[i];
      return { diffID, blob: await provider.descriptor(diffID, format), ...(createdAtMs === undefined ? {} : { createdAtMs }) };
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
    ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }),
    nowMs,
    annotations,
  });
  return { platform: build.platform, image, layers: layers.map(({ diffID, blob }) => ({ diffID, blob })) };
}

/** Those for every platform, and those for this one. */
function pickAnnotations(annotations: readonly Annotation[], level: Annotation['level'], platform?: Platform): Record<string, string> {
  const isFor = (item: Annotation): boolean =>
    item.level === level && (item.platform === undefined || platform === undefined || formatPlatform(item.platform) === formatPlatform(platform));
  return Object.fromEntries(annotations.filter(isFor).map((item) => [item.key, item.value]));
}

function annotated(descriptor: Descriptor, annotations: Readonly<Record<string, string>>): Descriptor {
  return Object.keys(annotations).length === 0 ? descriptor : { ...descriptor, annotations };
}
