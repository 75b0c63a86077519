import { findProgram, processEnd, startProcess } from '../../host/sys/index.ts';
import { OpsError } from './error.ts';

export interface DecompressOptions {
  readonly searchPath: string | undefined;
  readonly signal?: AbortSignal;
}

/** Decompresses a stream through a program that reads standard input. Leaving the iteration early ends the program. Errors: ARCHIVE_TOOL_MISSING, ARCHIVE_INVALID. */
export async function* decompressWith(program: 'bzip2' | 'xz', source: AsyncIterable<Uint8Array>, options: DecompressOptions): AsyncGenerator<Uint8Array> {
  const path = findProgram(program, options.searchPath);
  if (path === undefined) {
    throw new OpsError('ARCHIVE_TOOL_MISSING', `Cannot unpack an archive that is compressed with ${program}: the program ${program} is not installed`, {
      family: 'resource',
      hint: `Install the package ${program === 'xz' ? 'xz-utils' : 'bzip2'}, or compress the archive with gzip or zstd.`,
    });
  }
  const child = await startProcess(path, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', stop, { once: true });
  let complaint = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    if (complaint.length < 1000) complaint += chunk.toString('utf8');
  });
  const ended = processEnd(child);
  const feeding = feed(source, child.stdin!);
  try {
    for await (const chunk of child.stdout!) yield chunk as Uint8Array;
    await feeding;
    const { exitCode } = await ended;
    options.signal?.throwIfAborted();
    if (exitCode !== 0) throw new OpsError('ARCHIVE_INVALID', `Cannot unpack: ${complaint.trim() || `${program} failed`}`, { family: 'validation' });
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stop();
    await ended;
  }
}

async function feed(source: AsyncIterable<Uint8Array>, stdin: NodeJS.WritableStream): Promise<void> {
  let broken = false;
  // A program that stops reading says why on standard error.
  stdin.on('error', () => (broken = true));
  for await (const chunk of source) {
    if (broken) return;
    if (!stdin.write(chunk)) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          for (const event of ['drain', 'error', 'close']) stdin.removeListener(event, done);
          resolve();
        };
        for (const event of ['drain', 'error', 'close']) stdin.once(event, done);
      });
    }
  }
  stdin.end();
}
