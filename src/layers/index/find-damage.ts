import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, type Stats } from 'node:fs';
import { isFileDamage } from '../../host/content/index.ts';
import type { Digest, DiffID } from '../../core/oci/index.ts';
import { systemPath } from '../../core/tar/index.ts';
import type { LayerEntry, LayerIndex } from '../../core/tree/index.ts';

/** What is wrong with a layer's plain tar; undefined where it is sound. Reads all of it. */
export async function findTarDamage(path: string, diffID: DiffID, signal: AbortSignal): Promise<string | undefined> {
  return differenceOf(path, diffID as string as Digest, 'its plain archive', signal);
}

/**
 * What is wrong with the files of an unpacked layer; undefined where each has the size and content that the index says. Owners, modes and other entries are not
 * looked at, nor are files that this user may not read. Reads all of it.
 */
export async function findFolderDamage(folder: string, index: LayerIndex, signal: AbortSignal): Promise<string | undefined> {
  for (const entry of index.entries) {
    const damage = entry.type === 'file' && entry.whiteout === undefined ? await fileDamage(folder, entry, signal) : undefined;
    if (damage !== undefined) return damage;
  }
  return undefined;
}

async function fileDamage(folder: string, entry: LayerEntry, signal: AbortSignal): Promise<string | undefined> {
  const path = systemPath(`${folder}/${entry.path}`);
  const shown = `${JSON.stringify(`/${entry.path}`)} of its unpacked folder`;
  let stats: Stats | undefined;
  try {
    stats = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isDenied(error)) return undefined;
    if (!isFileDamage(error)) throw error;
  }
  if (stats?.isFile() !== true) return `${shown} is missing`;
  if (stats.size !== entry.size) return `${shown} has ${stats.size} of ${entry.size} bytes`;
  return entry.digest === undefined ? undefined : differenceOf(path, entry.digest, shown, signal);
}

async function differenceOf(path: string | Buffer, digest: Digest, shown: string, signal: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  } catch (error) {
    signal.throwIfAborted();
    if (isDenied(error)) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && !isFileDamage(error)) throw error;
    return `${shown} cannot be read (${code})`;
  }
  return `sha256:${hash.digest('hex')}` === digest ? undefined : `${shown} was altered or cut short`;
}

/** Outside the user namespace that made it, some of an unpacked layer is not for this user. */
function isDenied(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}
