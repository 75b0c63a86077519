import { closeSync, createReadStream, openSync, rmSync } from 'node:fs';
import { BuildError } from '../../core/errors.ts';
import { layerCompression, type Compression, type Descriptor, type Digest, type DiffID } from '../../core/oci/index.ts';
import { verifyingStream, type Codec, type CompressedFile } from '../../core/stream/index.ts';
import { contentDigestOf, type ContentSource, type LayerIndex, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import { storageError, type Store } from '../../host/content/index.ts';
import {
  impliedByDefault,
  layerError,
  missing,
  type ArchiveForms,
  type ArrivingBlob,
  type LayerCatalog,
  type LayerRecord,
  type WriteLayerRequest,
} from '../index/index.ts';
import { Contents, type LayerFormsOnDisk } from './contents.ts';
import { exportTar } from './export-tree.ts';
import type { FolderSink } from './folder-sink.ts';
import { packEntries } from './pack-entries.ts';
import { Packer } from './packer.ts';
import { readPart } from './read-content.ts';
import { defaultLayerLimits, Unpacker, type LayerLimits } from './unpacker.ts';

export interface LayerPackerOptions {
  readonly store: Store;
  readonly layers: LayerCatalog;
  readonly codec: Codec;
  readonly limits?: Partial<LayerLimits>;
}

/** What `pack` makes besides the index. */
export interface PackOutputs extends ArchiveForms {
  /** Seconds since 1970. Later times are set to this. */
  readonly sourceDateEpoch?: number | undefined;
  /**
   * A folder on the store's filesystem that becomes the unpacked form: written through `sink`, or, without one, holding the files already. `kept`: what it has besides
   * the layer's entries, see KeptNames.
   */
  readonly unpacked?: { readonly path: string; readonly sink?: FolderSink; readonly kept?: readonly TreeNode[] } | undefined;
}

/** Makes and reads the forms of layers that are archives: tars, blobs and, of either, indexes. It needs no namespace, so every process and thread can have one. */
export class LayerPacker {
  readonly #store: Store;
  readonly #layers: LayerCatalog;
  readonly #codec: Codec;
  readonly #limits: LayerLimits;

  constructor({ store, layers, codec, limits }: LayerPackerOptions) {
    this.#store = store;
    this.#layers = layers;
    this.#codec = codec;
    this.#limits = { ...defaultLayerLimits, ...limits };
  }

  /** Makes a layer from a plan: each file is read once. Errors: LAYER_SOURCE_CHANGED, LAYER_UNREADABLE, LAYER_UNWRITABLE, LAYER_MISSING, DISK_FULL. */
  async write(request: WriteLayerRequest<ArchiveForms>, signal: AbortSignal): Promise<LayerRecord> {
    const { forms, sourceDateEpoch } = request;
    // The bytes must be somewhere.
    return await this.packPlan(request.entries, { ...forms, tar: forms.tar || forms.blob === undefined, sourceDateEpoch }, signal);
  }

  /** Opens what a plan's files are read from, and packs it. Errors: as write. */
  async packPlan(entries: readonly PlanEntry[], outputs: PackOutputs, signal: AbortSignal): Promise<LayerRecord> {
    const sources = entries.flatMap((entry) => entry.content ?? []);
    return this.#layers.reading(layersIn(sources), signal, async () => {
      using contents = this.contents();
      await contents.prepare(sources, signal);
      return await this.pack(entries, contents, outputs, signal);
    });
  }

  /** Sees to it that the layer has its index. Errors: LAYER_MISSING where the store has no bytes, LAYER_MISMATCH, LAYER_HOSTILE, LAYER_INVALID. */
  async ensureIndex(diffID: DiffID, signal: AbortSignal): Promise<LayerIndex> {
    if (this.#layers.has(diffID)) return this.#layers.index(diffID);
    return await this.unpack(diffID, undefined, signal);
  }

  /** Sees to it that the layer is there as a blob with this compression. Errors: as ensureIndex. */
  async ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    const known = this.#layers.blob(diffID, compression);
    if (known) return known;
    const tar = this.#layers.tarPath(diffID);
    const source = tar === undefined ? this.#stream(diffID)?.(signal) : createReadStream(tar, { highWaterMark: 256 << 10 });
    if (!source) {
      const record = await this.#repack(diffID, { tar: false, blob: { compression, ...(level === undefined ? {} : { level }) } }, signal);
      return record.blob!;
    }
    return this.#layers.reading([diffID], signal, async () => {
      using writer = this.#store.blobs.writer();
      const compressor = this.#codec.compress(compression, level, (chunk) => writer.write(chunk));
      try {
        for await (const chunk of verifiedLayer(diffID, source as AsyncIterable<Uint8Array>)) {
          signal.throwIfAborted();
          await compressor.write(chunk);
        }
        await compressor.end();
      } catch (error) {
        compressor.abort();
        throw error;
      }
      return this.#layers.addBlob(diffID, compression, await writer.commit(), this.#codec.describe(compression, level));
    });
  }

  /** The bytes of a file of the layer. Errors: LAYER_MISSING, LAYER_UNREADABLE. */
  async *readContent(diffID: DiffID, path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const stop = signal ?? new AbortController().signal;
    using contents = this.contents();
    const source = { kind: 'layer', diffID, path } as const;
    await this.#layers.reading([diffID], stop, () => contents.prepare([source], stop));
    const { digest } = contents.entry(source);
    const chunks = readPart(contents.open(source, path));
    try {
      yield* digest === undefined ? chunks : verifyingStream(digest)(chunks);
    } catch (error) {
      throw await this.#layers.damaged.explain(error, [diffID], stop);
    }
  }

  /** Writes the union of a chain, lowest first, as a tar into a file. Errors: LAYER_MISSING, LAYER_UNREADABLE, LAYER_UNWRITABLE. */
  async exportTar(layers: readonly DiffID[], destination: string, signal: AbortSignal, options: { readonly sourceDateEpoch?: number } = {}): Promise<void> {
    await this.#layers.reading(layers, signal, async () => {
      using contents = this.contents();
      await exportTar({ tree: this.#layers.tree(layers), contents, destination, sourceDateEpoch: options.sourceDateEpoch, signal });
    });
  }

  /** Writes entries whose contents are open as a layer, in one pass. Errors: as write. */
  async pack(entries: readonly PlanEntry[], contents: Contents, outputs: PackOutputs, signal: AbortSignal): Promise<LayerRecord> {
    const { unpacked, sourceDateEpoch } = outputs;
    const { files, folders, indexes } = this.#layers;
    const tar = outputs.tar ? files.temporaryPath() : undefined;
    const tarFd = tar === undefined ? undefined : openSync(tar, 'wx', 0o644);
    using blob = outputs.blob ? this.#store.blobs.writer() : undefined;
    const compressor = outputs.blob && this.#codec.compress(outputs.blob.compression, outputs.blob.level, (chunk) => blob!.write(chunk));
    try {
      const packer = new Packer({ compressor, tarFd }, signal);
      const packed = await packEntries(entries, contents, packer, { sourceDateEpoch, folder: unpacked?.sink });
      const { diffID, tarSize } = await packer.finish();
      await compressor?.end();
      const index: LayerIndex = { diffID, contentDigest: contentDigestOf(packed), tarSize, entries: packed };
      const descriptor =
        blob &&
        this.#layers.addBlob(diffID, outputs.blob!.compression, await blob.commit(), this.#codec.describe(outputs.blob!.compression, outputs.blob!.level));
      if (tar !== undefined) files.publish(tar, files.path(diffID, 'tar'));
      if (unpacked?.kept?.length) files.publish(unpacked.path, folders.recordKept(diffID, unpacked.kept));
      else if (unpacked !== undefined) files.publish(unpacked.path, folders.path(diffID, impliedByDefault(packed)));
      // Last: who sees the index finds the bytes.
      indexes.save(index);
      return { diffID, contentDigest: index.contentDigest, entryCount: packed.length, tarSize, ...(descriptor ? { blob: descriptor } : {}) };
    } catch (error) {
      compressor?.abort();
      for (const path of [tar, unpacked?.sink && unpacked.path]) if (path !== undefined) rmSync(path, { recursive: true, force: true });
      throw storageError(error, 'write a layer');
    } finally {
      if (tarFd !== undefined) closeSync(tarFd);
    }
  }

  /**
   * Reads an archive of the layer, or a blob on its way, once: verifies it, makes its index and writes its files into the folder, which is still to be finished. Errors:
   * as ensureIndex, and those of the folder.
   */
  async unpack(diffID: DiffID, folder: FolderSink | undefined, signal: AbortSignal, arriving?: ArrivingBlob): Promise<LayerIndex> {
    const tar = this.#layers.tarPath(diffID);
    const tarSource = tar === undefined ? undefined : createReadStream(tar, { highWaterMark: 256 << 10 });
    const source =
      tarSource ??
      (arriving ? this.#decompress(arriving.descriptor, { path: arriving.path, growsTo: arriving.descriptor.size }, signal) : this.#stream(diffID)?.(signal));
    if (!source) throw missing(diffID);
    const blob = tarSource || arriving ? undefined : this.#layers.blob(diffID);
    // The size of a blob that is still to come is no more than a claim.
    const { freeBytes, ratio } = this.#limits;
    const maxBytes = arriving ? freeBytes : blob ? Math.max(freeBytes, ratio * blob.size) : Number.MAX_SAFE_INTEGER;
    const unpacker = new Unpacker({ diffID, maxBytes, maxEntries: this.#limits.maxEntries, ...(folder ? { folder } : {}) });
    try {
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        unpacker.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      }
      const index = unpacker.finish();
      this.#layers.indexes.save(index);
      return index;
    } catch (error) {
      unpacker.abort();
      if (arriving && !tarSource) throw error;
      const explained = await this.#layers.damaged.explain(error, [diffID], signal);
      // It may have been an image's lie: another image's blob of that layer must not suffer.
      if (blob && explained instanceof BuildError && explained.code === 'LAYER_MISMATCH') this.#layers.removeBlob(diffID, blob.digest);
      throw explained;
    }
  }

  /** Reads contents from whichever forms the layers have. */
  contents(): Contents {
    return new Contents({
      temporaryPath: () => this.#layers.files.temporaryPath(),
      forms: async (diffID): Promise<LayerFormsOnDisk> => ({
        dir: this.#layers.folders.any(diffID),
        tar: this.#layers.tarPath(diffID),
        stream: this.#stream(diffID),
        index: this.#layers.index(diffID),
      }),
    });
  }

  /** What the unpacked layer holds, to be written anew. Errors: LAYER_MISSING. */
  storedEntries(diffID: DiffID): PlanEntry[] {
    if (this.#layers.folders.any(diffID) === undefined || !this.#layers.has(diffID)) throw missing(diffID);
    return this.#layers
      .index(diffID)
      .entries.map((entry) =>
        entry.type === 'file' && entry.whiteout === undefined ? { ...entry, content: { kind: 'layer', diffID, path: entry.path } } : entry,
      );
  }

  /** Makes an archive from the unpacked layer. Works for layers that were made here; another program's tar may have been written otherwise. */
  async #repack(diffID: DiffID, forms: ArchiveForms, signal: AbortSignal): Promise<LayerRecord> {
    const record = await this.packPlan(this.storedEntries(diffID), forms, signal);
    if (record.diffID !== diffID) {
      throw layerError('LAYER_MISMATCH', `Cannot make the archive of layer ${diffID}: written again it is ${record.diffID}`, 'Build again with --no-cache.');
    }
    return record;
  }

  /** The uncompressed tar from a blob; undefined without one. */
  #stream(diffID: DiffID): ((signal: AbortSignal) => AsyncIterable<Uint8Array>) | undefined {
    const blob = this.#layers.blob(diffID);
    if (!blob) return undefined;
    return (signal) => this.#decompress(blob, { path: this.#store.blobs.path(blob.digest) }, signal);
  }

  #decompress(blob: Descriptor, file: CompressedFile, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#codec.decompress(layerCompression(blob.mediaType) ?? 'gzip', file, signal);
  }
}

function layersIn(sources: readonly ContentSource[]): DiffID[] {
  return [...new Set(sources.flatMap((source) => (source.kind === 'layer' ? [source.diffID] : [])))];
}

/** Passes the uncompressed archive of a layer on and refuses to end where it is not that layer's. Errors: STREAM_MISMATCH. */
function verifiedLayer(diffID: DiffID, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return verifyingStream(diffID as string as Digest)(source);
}
