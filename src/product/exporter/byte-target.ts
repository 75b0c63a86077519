import { open } from 'node:fs/promises';
import { untilAborted } from '../../core/stream/index.ts';
import { stageFile } from './destination.ts';
import { unwritable } from './error.ts';

/** Where the bytes of an archive go, in order. Disposed without `finish`, nothing is left behind where that can be helped. */
export interface ByteTarget extends AsyncDisposable {
  /** The chunk may be reused once it is written. Errors: OUTPUT_UNWRITABLE. */
  write(data: Uint8Array): Promise<void>;
  finish(): Promise<void>;
}

/** A file that gets its name when it is whole. Errors: OUTPUT_UNWRITABLE. */
export async function fileTarget(path: string): Promise<ByteTarget> {
  const staged = stageFile(path);
  const file = await open(staged.path, 'w').catch((error: unknown) => {
    staged[Symbol.dispose]();
    throw unwritable(path, error);
  });
  return {
    write: async (data) => {
      try {
        for (let done = 0; done < data.length;) done += (await file.write(data, done)).bytesWritten;
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    finish: async () => {
      await file.close().catch((error: unknown) => Promise.reject(unwritable(path, error)));
      staged.commit();
    },
    [Symbol.asyncDispose]: async () => {
      await file.close().catch(() => {});
      staged[Symbol.dispose]();
    },
  };
}

/** A stream that is not ours to end. `name` is for messages. A reader that takes nothing holds nobody up once the signal is aborted. */
export function streamTarget(stream: NodeJS.WritableStream, name: string, signal: AbortSignal): ByteTarget {
  // The same failure comes to the callback of the write.
  const ignore = (): void => {};
  stream.on('error', ignore);
  return {
    write: (data) => untilAborted(writeTo(stream, data), signal).catch((error: unknown) => Promise.reject(signal.aborted ? error : unwritable(name, error))),
    finish: async () => {
      stream.off('error', ignore);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function writeTo(stream: NodeJS.WritableStream, data: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(data, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
