import type { AssembledImage, Document } from '../image/index.ts';
import type { Descriptor, DiffID, Platform } from '../../core/oci/index.ts';

/** A layer of an image that is to be exported. */
export interface ExportLayer {
  readonly diffID: DiffID;
  readonly blob: Descriptor;
}

/** The image that a build made: one manifest per platform, and an index where there are several. */
export interface ImageSet {
  readonly platforms: readonly { readonly platform: Platform; readonly image: AssembledImage; readonly layers: readonly ExportLayer[] }[];
  readonly index?: Document;
  /** Of the index, else of the only manifest. */
  readonly root: Descriptor;
}

/** Has the bytes of a layer in the store's blobs, verified now: makes or fetches them where they are missing or damaged. */
export type ProvideBlob = (layer: ExportLayer, signal: AbortSignal) => Promise<void>;

/** Each layer blob once. */
export function layersOf(set: ImageSet): ExportLayer[] {
  return [...new Map(set.platforms.flatMap((platform) => platform.layers).map((layer) => [layer.blob.digest, layer])).values()];
}

/** Configs first, then manifests, then the index: each names only what stands before it. */
export function documentsOf(set: ImageSet): Document[] {
  const documents = [
    ...set.platforms.map((platform) => platform.image.configDocument),
    ...set.platforms.map((platform) => platform.image.manifestDocument),
    ...(set.index === undefined ? [] : [set.index]),
  ];
  return [...new Map(documents.map((document) => [document.descriptor.digest, document])).values()];
}
