import {
  digestOf,
  mediaTypes,
  type ContainerConfig,
  type Descriptor,
  type Digest,
  type DiffID,
  type History,
  type ImageConfig,
  type Index,
  type Manifest,
  type Platform,
} from '../../core/oci/index.ts';
import { BuildError } from '../../core/errors.ts';

export type ImageErrorCode =
  /** The layers and the history of an image do not fit. This is a fault of ossb; please report it. */
  'IMAGE_INCONSISTENT';

export class ImageError extends BuildError<ImageErrorCode> {}

/** One line of the history as the frontend gives it. Without `emptyLayer` it stands for one layer. */
export interface HistoryItem {
  readonly createdBy?: string;
  readonly comment?: string;
  readonly author?: string;
  /** RFC 3339. Absent: taken from the layer, or from the item before. */
  readonly created?: string;
  readonly emptyLayer: boolean;
}

export interface ImageInput {
  readonly platform: Platform;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  readonly author?: string;
  readonly config: ContainerConfig;
  readonly history: readonly HistoryItem[];
  /** Lowest first: as many as there are history items without `emptyLayer`. */
  readonly layers: readonly { readonly diffID: DiffID; readonly blob: Descriptor; readonly createdAtMs?: number }[];
  readonly mediaTypes: 'oci' | 'docker';
  /** Seconds since 1970: sets `created` and is the latest time that history shows. */
  readonly sourceDateEpoch?: number;
  /** Used where nothing says when the image was made. */
  readonly nowMs: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A document as it is stored and sent. */
export interface Document {
  readonly bytes: Buffer;
  readonly descriptor: Descriptor;
}

export interface AssembledImage {
  readonly config: ImageConfig;
  readonly configDocument: Document;
  readonly manifest: Manifest;
  readonly manifestDocument: Document;
}

/** Makes the config and the manifest of an image (OCI image spec config.md and manifest.md). The same input gives the same bytes. Errors: IMAGE_INCONSISTENT. */
export function assembleImage(input: ImageInput): AssembledImage {
  const history = completeHistory(input);
  const created = input.sourceDateEpoch === undefined ? (history.at(-1)?.created ?? isoTime(input.nowMs)) : isoTime(input.sourceDateEpoch * 1000);
  const { platform } = input;
  const config: ImageConfig = {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    ...(input.osVersion === undefined ? {} : { 'os.version': input.osVersion }),
    ...(input.osFeatures === undefined ? {} : { 'os.features': input.osFeatures }),
    ...(input.author === undefined ? {} : { author: input.author }),
    config: input.config,
    created,
    history,
    rootfs: { type: 'layers', diff_ids: input.layers.map((layer) => layer.diffID) },
  };
  const oci = input.mediaTypes === 'oci';
  const configDocument = documentOf(config, oci ? mediaTypes.ociConfig : mediaTypes.dockerConfig);
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: oci ? mediaTypes.ociManifest : mediaTypes.dockerManifest,
    config: configDocument.descriptor,
    layers: input.layers.map((layer) => layer.blob),
    ...(input.annotations === undefined || Object.keys(input.annotations).length === 0 ? {} : { annotations: sortedRecord(input.annotations) }),
  };
  return { config, configDocument, manifest, manifestDocument: documentOf(manifest, manifest.mediaType!) };
}

/** Makes an index over manifests (OCI image spec image-index.md, Docker's manifest list). */
export function assembleIndex(
  manifests: readonly { readonly descriptor: Descriptor; readonly platform: Platform; readonly annotations?: Readonly<Record<string, string>> }[],
  family: 'oci' | 'docker',
  annotations?: Readonly<Record<string, string>>,
): { readonly index: Index; readonly document: Document } {
  const index: Index = {
    schemaVersion: 2,
    mediaType: family === 'oci' ? mediaTypes.ociIndex : mediaTypes.dockerIndex,
    manifests: manifests.map((item) => ({
      ...item.descriptor,
      ...(item.annotations === undefined || Object.keys(item.annotations).length === 0 ? {} : { annotations: sortedRecord(item.annotations) }),
      platform: item.platform,
    })),
    ...(annotations === undefined || Object.keys(annotations).length === 0 ? {} : { annotations: sortedRecord(annotations) }),
  };
  return { index, document: documentOf(index, index.mediaType!) };
}

/** Pretty-printed like the field's other builders, so that `skopeo inspect --raw` can be read. */
export function documentOf(value: unknown, mediaType: string): Document {
  const bytes = Buffer.from(JSON.stringify(value, undefined, 2));
  const digest: Digest = digestOf(bytes);
  return { bytes, descriptor: { mediaType, digest, size: bytes.length } };
}

/** Gives each item its time: layers their own, empty items that of the item before; nothing is later than SOURCE_DATE_EPOCH for what this build made. */
function completeHistory(input: ImageInput): History[] {
  const wanted = input.history.filter((item) => !item.emptyLayer).length;
  if (wanted !== input.layers.length) {
    throw new ImageError('IMAGE_INCONSISTENT', `Cannot make the image: its history speaks of ${wanted} layers and there are ${input.layers.length}`, {
      family: 'internal',
    });
  }
  let next = 0;
  let lastCreated: string | undefined;
  return input.history.map((item) => {
    const layer = item.emptyLayer ? undefined : input.layers[next++];
    const made = layer?.createdAtMs === undefined ? lastCreated : isoTime(layer.createdAtMs);
    const epoch = input.sourceDateEpoch === undefined ? undefined : isoTime(input.sourceDateEpoch * 1000);
    const created = item.created ?? epoch ?? made ?? isoTime(input.nowMs);
    lastCreated = created;
    return {
      created,
      ...(item.createdBy === undefined ? {} : { created_by: item.createdBy }),
      ...(item.comment === undefined ? {} : { comment: item.comment }),
      ...(item.author === undefined ? {} : { author: item.author }),
      ...(item.emptyLayer ? { empty_layer: true } : {}),
    };
  });
}

function isoTime(timeMs: number): string {
  const text = new Date(timeMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

function sortedRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
