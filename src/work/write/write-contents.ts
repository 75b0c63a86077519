import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import type { PlanEntry } from '../../core/tree/index.ts';
import type { Contents } from '../../layers/pack/index.ts';
import { layerError } from '../../layers/index/index.ts';
import type { FolderWriter } from './folder-writer.ts';
import { writeToFolder } from '../../layers/pack/index.ts';
import { writeAll } from '../../layers/pack/index.ts';

/** Entries between looks at the signal. */
const restEvery = 256;

/** Writes entries into a folder, without making a tar of them. */
export async function writeContents(entries: readonly PlanEntry[], contents: Contents, folder: FolderWriter, signal: AbortSignal): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  for (const [i, entry] of entries.entries()) {
    if (i % restEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    if (entry.type === 'file' && entry.whiteout === undefined) writeFile(entry, contents, folder, buffer);
    else writeToFolder(folder, entry);
  }
}

function writeFile(entry: PlanEntry, contents: Contents, folder: FolderWriter, buffer: Buffer): void {
  const content = contents.open(entry.content!, entry.path);
  const fd = folder.openFile(entry);
  try {
    if (content.kind === 'bytes') {
      writeAll(fd, content.bytes);
      return;
    }
    const hash = createHash('sha256');
    for (let done = 0; done < entry.size;) {
      const got = readSync(content.fd, buffer, 0, Math.min(buffer.length, entry.size - done), content.position + done);
      if (got === 0) throw layerError('LAYER_INVALID', `Cannot write ${JSON.stringify(`/${entry.path}`)}: its content in the store is cut short`);
      const bytes = buffer.subarray(0, got);
      hash.update(bytes);
      writeAll(fd, bytes);
      done += got;
    }
    if (entry.digest !== undefined && entry.size > 0 && `sha256:${hash.digest('hex')}` !== entry.digest) {
      throw layerError('LAYER_INVALID', `Cannot write ${JSON.stringify(`/${entry.path}`)}: its content in the store was altered`);
    }
  } finally {
    if (content.kind === 'part' && content.owned) closeSync(content.fd);
    folder.closeFile(fd, entry);
  }
}
