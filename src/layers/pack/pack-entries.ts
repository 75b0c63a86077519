import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { Digest } from '../../core/oci/index.ts';
import { blockBytes } from '../../core/tar/index.ts';
import type { LayerEntry, PlanEntry } from '../../core/tree/index.ts';
import type { Contents, OpenContent } from './contents.ts';
import { layerError } from '../index/index.ts';
import type { FolderSink } from './folder-sink.ts';
import { opaqueHeader, tarHeaderOf, type Packer } from './packer.ts';
import { impliedByDefault } from '../index/index.ts';
import { emptyDigest, writeAll } from './unpacker.ts';

export interface PackOptions {
  /** Seconds since 1970. Later times are set to this. */
  readonly sourceDateEpoch?: number | undefined;
  /** Where the files go too, for the unpacked form. */
  readonly folder?: FolderSink | undefined;
}

/**
 * Writes entries into the packer and, at the same time, into a folder: each file is read once. Returns them as they stand in the layer, with digests and offsets.
 * Errors: LAYER_SOURCE_CHANGED, LAYER_UNREADABLE, LAYER_UNWRITABLE.
 */
export async function packEntries(plan: readonly PlanEntry[], contents: Contents, packer: Packer, options: PackOptions): Promise<LayerEntry[]> {
  const { folder } = options;
  const entries: LayerEntry[] = [];
  const firstNames = new Map<string, LayerEntry>();
  for (const planned of plan) {
    const entry = layerEntryOf(planned, options.sourceDateEpoch);
    entries.push(entry);
    if (entry.type === 'hardlink') Object.assign(entry, attributesOf(firstNames, entry));
    else if (entry.type !== 'dir') firstNames.set(entry.path, entry);
    if (entry.type === 'file' && entry.whiteout === undefined) {
      await packFile(entry, planned, contents, packer, folder);
      continue;
    }
    if (packer.room < 2 * blockBytes) await packer.flush();
    if (!entry.implied) await packer.header(tarHeaderOf(entry));
    if (entry.whiteout === 'opaque') {
      if (packer.room < blockBytes) await packer.flush();
      await packer.header(opaqueHeader(entry.path));
    }
    if (folder) writeToFolder(folder, entry);
  }
  folder?.finish(impliedByDefault(entries));
  return entries;
}

type OpenEntry = { -readonly [K in keyof LayerEntry]: LayerEntry[K] };

/** Whole seconds, as Docker's layers have them. */
function layerEntryOf(planned: PlanEntry, epoch: number | undefined): OpenEntry {
  const { content: _, offset: _offset, digest: _digest, ...entry } = planned;
  const mtimeSec = planned.whiteout === 'whiteout' ? 0 : epoch === undefined ? planned.mtimeSec : Math.min(planned.mtimeSec, epoch);
  if (planned.type === 'hardlink') delete (entry as OpenEntry).xattrs;
  return { ...entry, mtimeSec, mtimeNs: 0 };
}

/** A name has the attributes of its file, whatever the plan says. */
function attributesOf(firstNames: ReadonlyMap<string, LayerEntry>, entry: LayerEntry): Partial<LayerEntry> {
  const first = firstNames.get(entry.link!);
  if (!first)
    throw layerError(
      'LAYER_INVALID',
      `Cannot write ${JSON.stringify(entry.path)} into a layer: it is a hard link to ${JSON.stringify(entry.link)}, which does not come before it`,
    );
  const { mode, uid, gid, mtimeSec, mtimeNs } = first;
  return { mode, uid, gid, mtimeSec, mtimeNs, size: 0 };
}

/** Anything but a file. */
export function writeToFolder(folder: FolderSink, entry: LayerEntry): void {
  if (entry.whiteout === 'whiteout') return folder.whiteout(entry.path);
  switch (entry.type) {
    case 'dir':
      if (!entry.implied) folder.folder(entry);
      if (entry.whiteout === 'opaque') folder.opaque(entry.path);
      return undefined;
    case 'symlink':
      return folder.symlink(entry);
    case 'hardlink':
      return folder.hardlink(entry);
    case 'char':
    case 'block':
    case 'fifo':
      return folder.node(entry);
    case 'file':
      return undefined;
    default:
      return entry.type satisfies never;
  }
}

async function packFile(entry: OpenEntry, planned: PlanEntry, contents: Contents, packer: Packer, folder: FolderSink | undefined): Promise<void> {
  if (planned.content === undefined && entry.size > 0) {
    throw layerError('LAYER_INVALID', `Cannot write ${JSON.stringify(entry.path)} into a layer: nothing says where its content is`);
  }
  const content: OpenContent = planned.content && entry.size > 0 ? contents.open(planned.content, entry.path) : { kind: 'bytes', bytes: Buffer.alloc(0) };
  const fd = folder?.openFile(entry);
  try {
    if (packer.fits(entry.size)) await packSmall(entry, content, packer, fd);
    else await packLarge(entry, content, packer, fd);
  } finally {
    if (content.kind === 'part' && content.owned) closeSync(content.fd);
    if (fd !== undefined) folder!.closeFile(fd, entry);
  }
  if (planned.digest !== undefined && planned.digest !== entry.digest) throw changed(entry);
  await packer.pad(entry.size);
}

/** Reads the whole file into the buffer, behind its header. */
async function packSmall(entry: OpenEntry, content: OpenContent, packer: Packer, fd: number | undefined): Promise<void> {
  if (!packer.fits(entry.size + packer.filled)) await packer.flush();
  await packer.header(tarHeaderOf(entry));
  // A long extended header may have taken the room.
  if (packer.room <= entry.size) await packer.flush();
  entry.offset = packer.position;
  const { buffer, filled } = packer;
  if (content.kind === 'bytes') {
    if (content.bytes.length !== entry.size) throw changed(entry);
    content.bytes.copy(buffer, filled);
  } else {
    // One byte more than expected shows a file that grew.
    const wanted = content.length === undefined ? entry.size + 1 : entry.size;
    if (content.length !== undefined && content.length !== entry.size) throw changed(entry);
    const got = readFully(content.fd, buffer, filled, wanted, content.owned ? null : content.position);
    if (got !== entry.size) throw changed(entry);
  }
  const bytes = buffer.subarray(filled, filled + entry.size);
  entry.digest = entry.size === 0 ? emptyDigest : (`sha256:${hash('sha256', bytes, 'hex')}` as Digest);
  if (fd !== undefined && entry.size > 0) writeAll(fd, bytes);
  packer.filled += entry.size;
}

async function packLarge(entry: OpenEntry, content: OpenContent, packer: Packer, fd: number | undefined): Promise<void> {
  const contentHash = createHash('sha256');
  const length = content.kind === 'bytes' ? content.bytes.length : (content.length ?? fstatSync(content.fd).size);
  if (length !== entry.size) throw changed(entry);
  if (packer.room < blockBytes) await packer.flush();
  await packer.header(tarHeaderOf(entry));
  entry.offset = packer.position;
  for (let done = 0; done < entry.size;) {
    if (packer.room === 0) await packer.flush();
    const { buffer, filled } = packer;
    const wanted = Math.min(packer.room, entry.size - done);
    let got: number;
    if (content.kind === 'bytes') got = content.bytes.copy(buffer, filled, done, done + wanted);
    else got = readSync(content.fd, buffer, filled, wanted, content.owned ? null : content.position + done);
    if (got === 0) throw changed(entry);
    const bytes = buffer.subarray(filled, filled + got);
    contentHash.update(bytes);
    if (fd !== undefined) writeAll(fd, bytes);
    packer.filled += got;
    done += got;
  }
  entry.digest = `sha256:${contentHash.digest('hex')}` as Digest;
}

/** Until the count is reached or the file ends. */
function readFully(fd: number, buffer: Buffer, at: number, count: number, position: number | null): number {
  let done = 0;
  while (done < count) {
    const got = readSync(fd, buffer, at + done, count - done, position === null ? null : position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

function changed(entry: LayerEntry): Error {
  return layerError(
    'LAYER_SOURCE_CHANGED',
    `Cannot write ${JSON.stringify(`/${entry.path}`)} into a layer: the file was changed while the build read it`,
    'Build again when nothing writes to it.',
  );
}
