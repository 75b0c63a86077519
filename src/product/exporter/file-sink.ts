import { constants, createReadStream } from 'node:fs';
import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeHeader, encodePax, endOfTarBytes, type TarHeader } from '../../core/tar/index.ts';
import type { ByteTarget } from './byte-target.ts';
import { asideOf, StagedFolders } from './destination.ts';
import { unwritable } from './error.ts';

/** Takes the files of an archive or a folder, in order. Disposed without `commit`, nothing is left behind where that can be helped. Errors: OUTPUT_UNWRITABLE. */
export interface FileSink extends AsyncDisposable {
  file(path: string, data: Uint8Array): Promise<void>;
  /** Copies a file of `sizeBytes` bytes. */
  copy(path: string, from: string, sizeBytes: number): Promise<void>;
  commit(): Promise<void>;
}

/** Files of a folder. All get their names on commit, in the order in which they came; files that were there already and have other names stay. */
export function folderSink(folder: string, signal: AbortSignal): FileSink {
  const folders = new StagedFolders();
  const staged: { readonly aside: string; readonly target: string }[] = [];
  const place = async (path: string, write: (aside: string) => Promise<void>): Promise<void> => {
    signal.throwIfAborted();
    const target = join(folder, path);
    folders.make(dirname(target));
    const aside = asideOf(target);
    staged.push({ aside, target });
    try {
      await write(aside);
    } catch (error) {
      throw unwritable(target, error);
    }
  };
  return {
    file: (path, data) => place(path, (aside) => writeFile(aside, data)),
    copy: (path, from) => place(path, (aside) => copyFile(from, aside, constants.COPYFILE_FICLONE)),
    commit: async () => {
      for (const { aside, target } of staged) await rename(aside, target).catch((error: unknown) => Promise.reject(unwritable(target, error)));
      staged.length = 0;
      folders.commit();
    },
    [Symbol.asyncDispose]: async () => {
      for (const { aside } of staged) await rm(aside, { force: true });
      folders[Symbol.dispose]();
    },
  };
}

/** A tar. Times are 0, so that the same files give the same bytes. */
export function tarSink(target: ByteTarget, signal: AbortSignal): FileSink {
  const put = async (data: Uint8Array): Promise<void> => {
    signal.throwIfAborted();
    await target.write(data);
  };
  const header = async (path: string, size: number): Promise<void> => {
    const entry: TarHeader = { name: path, type: 'file', mode: 0o644, uid: 0, gid: 0, size, mtimeSec: 0, mtimeNs: 0, link: '', major: 0, minor: 0 };
    const pax = encodePax(entry);
    if (pax !== undefined) await put(pax);
    const block = Buffer.alloc(512);
    encodeHeader(entry, block, 0);
    await put(block);
  };
  const pad = (size: number): Promise<void> => put(Buffer.alloc((512 - (size % 512)) % 512));
  return {
    file: async (path, data) => {
      await header(path, data.length);
      await put(data);
      await pad(data.length);
    },
    copy: async (path, from, sizeBytes) => {
      await header(path, sizeBytes);
      for await (const chunk of createReadStream(from, { highWaterMark: 1 << 20 })) await put(chunk as Uint8Array);
      await pad(sizeBytes);
    },
    commit: async () => {
      await put(Buffer.alloc(endOfTarBytes));
      await target.finish();
    },
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}
