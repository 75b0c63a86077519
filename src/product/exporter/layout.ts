import type { BlobStore } from '../../host/content/index.ts';
import { mediaTypes, parseReference, familiarReference, hexOf, formatReference, type Descriptor, type Index } from '../../core/oci/index.ts';
import { documentsOf, layersOf, type ImageSet } from './image-set.ts';
import type { FileSink } from './file-sink.ts';

export interface LayoutOptions {
  readonly kind: 'oci' | 'docker';
  readonly names: readonly string[];
  /** Has the bytes of every layer, verified. */
  readonly blobs: BlobStore;
}

/**
 * Writes an image as an OCI layout (OCI image spec image-layout.md). `docker` adds the `manifest.json` that `docker load` of every version reads; it has the
 * first platform only. Each file is given to the sink once; the names of the image come last.
 */
export async function writeLayout(set: ImageSet, sink: FileSink, options: LayoutOptions): Promise<void> {
  const { blobs, names } = options;
  await sink.file('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  for (const { blob } of layersOf(set)) await sink.copy(blobPath(blob), blobs.path(blob.digest), blob.size);
  for (const document of documentsOf(set)) await sink.file(blobPath(document.descriptor), document.bytes);
  const first = set.platforms[0]!;
  if (options.kind === 'docker') {
    const manifest = [
      {
        Config: blobPath(first.image.configDocument.descriptor),
        RepoTags: names.map((name) => familiarReference(parseReference(name))),
        Layers: first.layers.map((layer) => blobPath(layer.blob)),
      },
    ];
    await sink.file('manifest.json', Buffer.from(JSON.stringify(manifest)));
  }
  await sink.file('index.json', Buffer.from(JSON.stringify(layoutIndex(set, names))));
}

function layoutIndex(set: ImageSet, names: readonly string[]): Index {
  const platform = set.index === undefined ? set.platforms[0]!.platform : undefined;
  const root: Descriptor = platform === undefined ? set.root : { ...set.root, platform };
  const manifests = names.map((name) => {
    const ref = parseReference(name);
    return {
      ...root,
      annotations: {
        ...root.annotations,
        'io.containerd.image.name': formatReference(ref),
        ...(ref.tag === undefined ? {} : { 'org.opencontainers.image.ref.name': ref.tag }),
      },
    };
  });
  return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: manifests.length > 0 ? manifests : [root] };
}

function blobPath(descriptor: Descriptor): string {
  return `blobs/sha256/${hexOf(descriptor.digest)}`;
}
