import { closeSync, createReadStream, existsSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { storageError, type Store } from '../../host/content/index.ts';
import { hexOf, layerCompression, layerMediaType, type Compression, type Descriptor, type Digest, type DiffID } from '../../core/oci/index.ts';
import { verifyingStream, type Codec, type CompressedFile } from '../../core/stream/index.ts';
import { renameNew } from '../../host/sys/index.ts';
import { contentDigestOf, layerTree, type ContentSource, type FileTree, type LayerIndex, type PlanEntry } from '../../core/tree/index.ts';
import { BlobTable } from './blob-table.ts';
import { Contents, missing, type LayerFormsOnDisk } from './contents.ts';
import { BuildError } from '../../core/errors.ts';
import { damagedLayer, layerError } from './error.ts';
import { DamagedForms } from './damaged-forms.ts';
import { IndexFiles } from './index-files.ts';
import { exportDir, exportTar } from './export-tree.ts';
import { FolderWriter, type FolderWriterOptions } from './folder-writer.ts';
import type { ArrivingBlob, CommitRequest, EnsureDirOptions, LayerForms, LayerRecord, PresentForms, WriteLayerRequest } from './layer-forms.ts';
import { packEntries } from './pack-entries.ts';
import { Packer } from './packer.ts';
import { readPart } from './read-content.ts';
import { impliedByDefault, isUnpacked, UnpackedFolders } from './unpacked-folders.ts';
import { defaultLayerLimits, Unpacker, type LayerLimits } from './unpacker.ts';
import { walkUpper } from './walk-upper.ts';
import { writeContents } from './write-contents.ts';

export interface LayerStoreOptions {
  /** Of the ids that unpacked folders belong to (IdMapping of sys/): folders of another one are not seen. Default: none, and the names of folders have none. */
  readonly mappingID?: string;
  /** Overlayfs keeps its marks in `user.*` attributes: in user namespaces. Default false. */
  readonly userxattr?: boolean;
  /** Owners that do not exist in this user namespace are not set: with a single id. Default false. */
  readonly ignoreOwners?: boolean;
  readonly limits?: Partial<LayerLimits>;
}

/**
 * Layers by diffID, each in one or more forms, at `layers/<hex>` in the store: `index` (always, once the bytes were seen), `unpacked` (a lower folder for
 * overlayfs; see UnpackedFolders), `tar` (plain), and blobs in the blob store. A form that has its name is whole. Any number of processes may make the same layer at once.
 */
export class LayerStore {
  readonly #store: Store;
  readonly #codec: Codec;
  readonly #options: LayerStoreOptions;
  readonly #blobs: BlobTable;
  readonly #limits: LayerLimits;
  #scratch: string | undefined;
  #temporaryCount = 0;
  readonly #indexes: IndexFiles;
  readonly #folders: UnpackedFolders;
  readonly #damaged: DamagedForms;

  constructor(store: Store, codec: Codec, options: LayerStoreOptions = {}) {
    this.#store = store;
    this.#codec = codec;
    this.#options = options;
    this.#blobs = new BlobTable(store);
    this.#indexes = new IndexFiles({
      path: (diffID) => this.#path(diffID, 'index'),
      temporaryPath: () => this.#temporaryPath(),
      publish: (temporary, final) => this.#publish(temporary, final),
    });
    this.#folders = new UnpackedFolders({ mappingID: options.mappingID, indexes: this.#indexes, path: (diffID) => this.#path(diffID) });
    this.#damaged = new DamagedForms({
      blobs: store.blobs,
      table: this.#blobs,
      tarPath: (diffID) => this.#path(diffID, 'tar'),
      folders: (diffID) => this.#folders.all(diffID),
      index: (diffID) => (this.has(diffID) ? this.indexSync(diffID) : undefined),
      temporaryPath: () => this.#temporaryPath(),
    });
    this.#limits = { ...defaultLayerLimits, ...options.limits };
  }

  /** Whether the layer's index is there. */
  has(diffID: DiffID): boolean {
    return this.#indexes.has(diffID);
  }

  /** Whether its bytes are there, in whichever form. */
  hasBytes(diffID: DiffID): boolean {
    return this.#folders.any(diffID) !== undefined || existsSync(this.#path(diffID, 'tar')) || this.#blobs.of(diffID).length > 0;
  }

  forms(diffID: DiffID): PresentForms {
    return {
      index: this.has(diffID),
      dir: this.#folders.any(diffID) !== undefined,
      tar: existsSync(this.#path(diffID, 'tar')),
      blobs: this.#blobs.of(diffID),
    };
  }

  /** The layer's folder of forms. */
  path(diffID: DiffID): string {
    return this.#path(diffID);
  }

  /** Where the layer is unpacked over `below`, lowest first; undefined where it is not. */
  folder(diffID: DiffID, below: readonly DiffID[]): Promise<string | undefined> {
    return this.#folders.find(diffID, below);
  }

  /**
   * The unpacked folders of a chain, lowest first, for a mount. That nothing in them was altered is not checked: only that none was emptied, and that the indexes, which
   * the step's layer is made with, are sound. Errors: LAYER_MISSING where one is not unpacked, LAYER_DAMAGED.
   */
  async folders(chain: readonly DiffID[]): Promise<string[]> {
    // All are looked at before the first damage is reported: what is found is removed, and made anew at once.
    this.#indexes.verify(chain);
    const folders = await this.#folders.ofChain(chain);
    const emptied = chain.filter((diffID, i) => readdirSync(folders[i]!).length === 0 && this.indexSync(diffID).entries.some(isUnpacked));
    for (const diffID of emptied) this.#damaged.moveAway(folders[chain.indexOf(diffID)]!);
    if (emptied[0] !== undefined) throw damagedLayer(emptied[0], 'its unpacked folder was emptied');
    return folders;
  }

  /** Errors: LAYER_MISSING. */
  async index(diffID: DiffID): Promise<LayerIndex> {
    return this.indexSync(diffID);
  }

  /** As index. */
  indexSync(diffID: DiffID): LayerIndex {
    return this.#indexes.get(diffID);
  }

  /** The union view of a chain, lowest first. */
  tree(layers: readonly DiffID[]): FileTree {
    return layerTree(layers, (diffID) => this.index(diffID));
  }

  /** A blob of the layer that is in the store, with this compression where one is named. */
  blob(diffID: DiffID, compression?: Compression): Descriptor | undefined {
    return this.#blobs.of(diffID, compression)[0];
  }

  /** Tells that a blob in the store is this layer, compressed as its media type says. Whether it is shows when it is read. */
  registerBlob(diffID: DiffID, descriptor: Descriptor): void {
    this.#blobs.add(diffID, descriptor);
  }

  /** Makes a layer from a plan: each file is read once. Errors: LAYER_SOURCE_CHANGED, LAYER_UNREADABLE, LAYER_UNWRITABLE, LAYER_MISSING, DISK_FULL. */
  async write(request: WriteLayerRequest, signal: AbortSignal): Promise<LayerRecord> {
    const sources = request.entries.flatMap((entry) => entry.content ?? []);
    return this.#reading(layersIn(sources), signal, async () => {
      using contents = this.#contents();
      await contents.prepare(sources, signal);
      // The bytes must be somewhere.
      const { dir, tar, blob } = request.forms;
      return await this.#pack(request.entries, contents, { ...request.forms, tar: tar || (!dir && blob === undefined) }, request.sourceDateEpoch, signal);
    });
  }

  /**
   * Makes a layer from the upper folder of an overlay that is mounted no more; the folder, which is on the store's filesystem, becomes the layer's unpacked form.
   * Errors: as write, and LAYER_INVALID.
   */
  async commitUpper(upper: string, request: CommitRequest, signal: AbortSignal): Promise<LayerRecord> {
    const entries = await walkUpper({
      upper,
      below: this.tree(request.below),
      overlay: this.#overlay,
      ignoreOwners: this.#options.ignoreOwners ?? false,
      signal,
    });
    using contents = this.#contents();
    return await this.#pack(entries, contents, { ...request.forms, dir: false }, request.sourceDateEpoch, signal, upper);
  }

  /** Sees to it that the layer has its index. Errors: LAYER_MISSING where the store has no bytes, LAYER_MISMATCH, LAYER_HOSTILE, LAYER_INVALID. */
  async ensureIndex(diffID: DiffID, signal: AbortSignal): Promise<LayerIndex> {
    if (this.has(diffID)) return this.indexSync(diffID);
    const { index } = await this.#unpack(diffID, undefined, signal);
    return index;
  }

  /** Sees to it that the layer is unpacked, and returns where. Errors: as ensureIndex, and LAYER_UNWRITABLE, DISK_FULL. */
  async ensureDir(diffID: DiffID, signal: AbortSignal, options: EnsureDirOptions = {}): Promise<string> {
    const { below = [], arriving } = options;
    const present = await this.folder(diffID, below);
    if (present !== undefined) return present;
    const folder = this.#temporaryFolder();
    try {
      const writer = new FolderWriter(folder, this.#folderOptions());
      if (arriving || this.#hasArchive(diffID)) await this.#unpack(diffID, writer, signal, arriving);
      else await this.#reading([diffID], signal, () => this.#copyFolder(diffID, writer, signal));
      const implied = await this.#folders.implied(diffID, below);
      writer.finish(implied);
      const final = this.#folders.path(diffID, implied);
      this.#publish(folder, final);
      return final;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Sees to it that the layer is there as a plain tar, and returns where. Errors: as ensureIndex. */
  async ensureTar(diffID: DiffID, signal: AbortSignal): Promise<string> {
    const final = this.#path(diffID, 'tar');
    if (existsSync(final)) return final;
    const stream = this.#stream(diffID);
    if (!stream) await this.#repack(diffID, { dir: false, tar: true }, signal);
    else {
      await this.ensureIndex(diffID, signal);
      const temporary = this.#temporaryPath();
      const { writeFile } = process.getBuiltinModule('node:fs/promises');
      await this.#reading([diffID], signal, () =>
        writeFile(temporary, verifiedLayer(diffID, stream(signal)), { flag: 'wx', signal }).catch((error: unknown) => {
          rmSync(temporary, { force: true });
          throw storageError(error, 'write a layer');
        }),
      );
      this.#publish(temporary, final);
    }
    return final;
  }

  /** Sees to it that the layer is there as a blob with this compression. Errors: as ensureIndex. */
  async ensureBlob(diffID: DiffID, compression: Compression, level: number | undefined, signal: AbortSignal): Promise<Descriptor> {
    const known = this.blob(diffID, compression);
    if (known) return known;
    const tar = this.#path(diffID, 'tar');
    const source = existsSync(tar) ? createReadStream(tar, { highWaterMark: 256 << 10 }) : this.#stream(diffID)?.(signal);
    if (!source) {
      const record = await this.#repack(diffID, { dir: false, tar: false, blob: { compression, ...(level === undefined ? {} : { level }) } }, signal);
      return record.blob!;
    }
    return this.#reading([diffID], signal, async () => {
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
      return this.#addBlob(diffID, compression, await writer.commit());
    });
  }

  /** The bytes of a file of the layer. Errors: LAYER_MISSING, LAYER_UNREADABLE. */
  async *readContent(diffID: DiffID, path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const stop = signal ?? new AbortController().signal;
    using contents = this.#contents();
    const source = { kind: 'layer', diffID, path } as const;
    await this.#reading([diffID], stop, () => contents.prepare([source], stop));
    const { digest } = contents.entry(source);
    const chunks = readPart(contents.open(source, path));
    try {
      yield* digest === undefined ? chunks : verifyingStream(digest)(chunks);
    } catch (error) {
      throw await this.#damaged.explain(error, [diffID], stop);
    }
  }

  /**
   * Writes the union of a chain, lowest first, into a folder (which may exist and keeps what else is in it; everything belongs to this process) or as a tar into a
   * file. Errors: LAYER_MISSING, LAYER_UNREADABLE, LAYER_UNWRITABLE.
   */
  async exportTree(
    layers: readonly DiffID[],
    destination: string,
    kind: 'dir' | 'tar',
    signal: AbortSignal,
    options: { readonly sourceDateEpoch?: number } = {},
  ): Promise<void> {
    await this.#reading(layers, signal, async () => {
      using contents = this.#contents();
      const request = { tree: this.tree(layers), contents, destination, sourceDateEpoch: options.sourceDateEpoch, signal };
      await (kind === 'dir' ? exportDir(request) : exportTar(request));
    });
  }

  /** Does work that reads what the store has of layers; where it fails and that turns out to be damaged, it is removed. Errors: LAYER_DAMAGED, and those of `work`. */
  async #reading<T>(diffIDs: readonly DiffID[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#damaged.explain(error, diffIDs, signal);
    }
  }

  async #pack(
    entries: readonly PlanEntry[],
    contents: Contents,
    forms: LayerForms,
    sourceDateEpoch: number | undefined,
    signal: AbortSignal,
    upper?: string,
  ): Promise<LayerRecord> {
    const folder = forms.dir ? this.#temporaryFolder() : undefined;
    const tar = forms.tar ? this.#temporaryPath() : undefined;
    const tarFd = tar === undefined ? undefined : openSync(tar, 'wx', 0o644);
    using blob = forms.blob ? this.#store.blobs.writer() : undefined;
    const compressor = forms.blob && this.#codec.compress(forms.blob.compression, forms.blob.level, (chunk) => blob!.write(chunk));
    try {
      const packer = new Packer({ compressor, tarFd }, signal);
      const writer = folder === undefined ? undefined : new FolderWriter(folder, this.#folderOptions());
      const packed = await packEntries(entries, contents, packer, { sourceDateEpoch, folder: writer });
      const { diffID, tarSize } = await packer.finish();
      await compressor?.end();
      const index: LayerIndex = { diffID, contentDigest: contentDigestOf(packed), tarSize, entries: packed };
      const descriptor = blob && this.#addBlob(diffID, forms.blob!.compression, await blob.commit());
      if (tar !== undefined) this.#publish(tar, this.#path(diffID, 'tar'));
      const unpacked = folder ?? upper;
      if (unpacked !== undefined) this.#publish(unpacked, this.#folders.path(diffID, impliedByDefault(packed)));
      // Last: who sees the index finds the bytes.
      this.#indexes.save(index);
      return { diffID, contentDigest: index.contentDigest, entryCount: packed.length, tarSize, ...(descriptor ? { blob: descriptor } : {}) };
    } catch (error) {
      compressor?.abort();
      for (const path of [tar, folder]) if (path !== undefined) rmSync(path, { recursive: true, force: true });
      throw storageError(error, 'write a layer');
    } finally {
      if (tarFd !== undefined) closeSync(tarFd);
    }
  }

  /** Makes a form from the unpacked layer. Works for layers that were made here; another program's tar may have been written otherwise. */
  async #repack(diffID: DiffID, forms: LayerForms, signal: AbortSignal): Promise<LayerRecord> {
    const record = await this.write({ entries: this.#storedEntries(diffID), forms }, signal);
    if (record.diffID !== diffID) {
      throw layerError('LAYER_MISMATCH', `Cannot make the archive of layer ${diffID}: written again it is ${record.diffID}`, 'Build again with --no-cache.');
    }
    return record;
  }

  /** What the unpacked layer holds, to be written anew. Errors: LAYER_MISSING. */
  #storedEntries(diffID: DiffID): PlanEntry[] {
    if (this.#folders.any(diffID) === undefined || !this.has(diffID)) throw missing(diffID);
    return this.indexSync(diffID).entries.map((entry) =>
      entry.type === 'file' && entry.whiteout === undefined ? { ...entry, content: { kind: 'layer', diffID, path: entry.path } } : entry,
    );
  }

  /** Makes an unpacked layer from another one that lies on other chains. */
  async #copyFolder(diffID: DiffID, writer: FolderWriter, signal: AbortSignal): Promise<void> {
    const entries = this.#storedEntries(diffID);
    using contents = this.#contents();
    await contents.prepare(
      entries.flatMap((entry) => entry.content ?? []),
      signal,
    );
    await writeContents(entries, contents, writer, signal);
  }

  async #unpack(diffID: DiffID, folder: FolderWriter | undefined, signal: AbortSignal, arriving?: ArrivingBlob): Promise<{ index: LayerIndex }> {
    const tar = this.#path(diffID, 'tar');
    const tarSource = existsSync(tar) ? createReadStream(tar, { highWaterMark: 256 << 10 }) : undefined;
    const source =
      tarSource ??
      (arriving ? this.#decompress(arriving.descriptor, { path: arriving.path, growsTo: arriving.descriptor.size }, signal) : this.#stream(diffID)?.(signal));
    if (!source) throw missing(diffID);
    const blob = tarSource || arriving ? undefined : this.blob(diffID);
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
      this.#indexes.save(index);
      return { index };
    } catch (error) {
      unpacker.abort();
      if (arriving && !tarSource) throw error;
      const explained = await this.#damaged.explain(error, [diffID], signal);
      // It may have been an image's lie: another image's blob of that layer must not suffer.
      if (blob && explained instanceof BuildError && explained.code === 'LAYER_MISMATCH') this.#blobs.remove(diffID, blob.digest);
      throw explained;
    }
  }

  /** The uncompressed tar from a blob; undefined without one. */
  #stream(diffID: DiffID): ((signal: AbortSignal) => AsyncIterable<Uint8Array>) | undefined {
    const blob = this.blob(diffID);
    if (!blob) return undefined;
    return (signal) => this.#decompress(blob, { path: this.#store.blobs.path(blob.digest) }, signal);
  }

  #decompress(blob: Descriptor, file: CompressedFile, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#codec.decompress(layerCompression(blob.mediaType) ?? 'gzip', file, signal);
  }

  #contents(): Contents {
    return new Contents({
      temporaryPath: () => this.#temporaryPath(),
      forms: async (diffID): Promise<LayerFormsOnDisk> => {
        const tar = this.#path(diffID, 'tar');
        return {
          dir: this.#folders.any(diffID),
          tar: existsSync(tar) ? tar : undefined,
          stream: this.#stream(diffID),
          index: await this.index(diffID),
        };
      },
    });
  }

  #hasArchive(diffID: DiffID): boolean {
    return existsSync(this.#path(diffID, 'tar')) || this.#blobs.of(diffID).length > 0;
  }

  #folderOptions(): FolderWriterOptions {
    return { owners: true, ignoreOwners: this.#options.ignoreOwners ?? false, overlay: this.#overlay };
  }

  get #overlay(): 'trusted' | 'user' {
    return this.#options.userxattr ? 'user' : 'trusted';
  }

  #addBlob(diffID: DiffID, compression: Compression, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): Descriptor {
    const descriptor = { mediaType: layerMediaType(compression, 'oci'), digest, size };
    this.#blobs.add(diffID, descriptor);
    return descriptor;
  }

  /**
   * Gives a form its name. Where another process was faster, ours is dropped: they are equal, and theirs may be mounted already. A file in a folder's place, or the
   * reverse, goes.
   */
  #publish(temporary: string, final: string): void {
    const folder = join(final, '..');
    try {
      if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) this.#damaged.moveAway(folder);
      mkdirSync(folder, { recursive: true });
      const [ours, theirs] = [temporary, final].map((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory());
      if (theirs !== undefined && ours !== theirs) this.#damaged.moveAway(final);
      if (ours !== true) renameSync(temporary, final);
      else if (!renameNew(temporary, final)) rmSync(temporary, { recursive: true, force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY') throw storageError(error, 'keep a layer');
      rmSync(temporary, { recursive: true, force: true });
    }
  }

  #temporaryFolder(): string {
    const path = this.#temporaryPath();
    mkdirSync(path, 0o700);
    return path;
  }

  /** In a folder that is known by its lock to be this process's: see Store.tempDir. */
  #temporaryPath(): string {
    this.#scratch ??= this.#store.tempDir();
    return join(this.#scratch, String(this.#temporaryCount++));
  }

  #path(diffID: DiffID, form?: 'index' | 'tar'): string {
    const folder = join(this.#store.root, 'layers', hexOf(diffID));
    return form === undefined ? folder : join(folder, form);
  }
}

function layersIn(sources: readonly ContentSource[]): DiffID[] {
  return [...new Set(sources.flatMap((source) => (source.kind === 'layer' ? [source.diffID] : [])))];
}

/** Passes the uncompressed archive of a layer on and refuses to end where it is not that layer's. Errors: STREAM_MISMATCH. */
function verifiedLayer(diffID: DiffID, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return verifyingStream(diffID as string as Digest)(source);
}
