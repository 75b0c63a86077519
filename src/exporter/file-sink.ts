import { createReadStream, createWriteStream, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { encodeHeader, encodePax, endOfTarBytes, type TarHeader } from '../tar/index.ts';
import { unwritable } from './error.ts';

/** Takes the files of an archive or a folder, in order. Without `commit` nothing is left behind where that can be helped. */
export interface FileSink extends AsyncDisposable {
  file(path: string, data: Uint8Array): Promise<void>;
  /** Copies a file of `sizeBytes` bytes. */
  copy(path: string, from: string, sizeBytes: number): Promise<void>;
  commit(): Promise<void>;
}

/** Files of a folder. Each is written aside and renamed; files that were there already and have other names stay. */
export function folderSink(folder: string): FileSink {
  const place = (path: string, write: (temporary: string) => void): void => {
    const target = join(folder, path);
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    try {
      mkdirSync(dirname(target), { recursive: true });
      write(temporary);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw unwritable(target, error);
    }
  };
  return {
    file: async (path, data) => place(path, (temporary) => writeFileSync(temporary, data)),
    copy: async (path, from) => place(path, (temporary) => copyFileSync(from, temporary)),
    commit: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A tar: a file that gets its name on commit, or a stream such as standard output. Times are 0, so the same files give the same bytes. */
export function tarSink(target: { readonly path: string } | { readonly stream: NodeJS.WritableStream; readonly finished?: () => Promise<void> }): FileSink {
  const temporary = 'path' in target ? join(dirname(target.path), `.${basename(target.path)}.${process.pid}.tmp`) : undefined;
  const out: NodeJS.WritableStream = 'path' in target ? createWriteStream(temporary!) : target.stream;
  let failure: unknown;
  out.on('error', (error: Error) => {
    failure ??= error;
  });
  const name = 'path' in target ? target.path : 'standard output';
  let committed = false;
  const put = async (data: Uint8Array): Promise<void> => {
    if (failure !== undefined) throw unwritable(name, failure);
    if (!out.write(data)) await Promise.race([once(out, 'drain'), once(out, 'close')]).catch((error: unknown) => Promise.reject(unwritable(name, error)));
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
      if ('path' in target) {
        const closed = once(out, 'close').catch((error: unknown) => Promise.reject(unwritable(name, error)));
        out.end();
        await closed;
        if (failure !== undefined) throw unwritable(name, failure);
        try {
          renameSync(temporary!, target.path);
        } catch (error) {
          throw unwritable(name, error);
        }
      } else await target.finished?.();
      committed = true;
    },
    [Symbol.asyncDispose]: async () => {
      if (committed || temporary === undefined) return;
      out.end();
      rmSync(temporary, { force: true });
    },
  };
}
