import { ExporterError } from './error.ts';
import { streamTarget } from './byte-target.ts';
import { tarSink, type FileSink } from './file-sink.ts';
import { findProgram, processEnd, startProcess } from '../../host/sys/index.ts';

/** A sink that gives an archive to `docker load`, else to `podman load`. Disposed before its end, the program is ended. Errors: LOAD_FAILED. */
export async function dockerLoadSink(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Promise<FileSink> {
  const path = env['PATH'];
  const program = findProgram('docker', path) ?? findProgram('podman', path);
  if (program === undefined) {
    throw new ExporterError('LOAD_FAILED', 'Cannot load the image: neither docker nor podman is installed', {
      family: 'execution',
      hint: 'Use -o type=docker,dest=FILE.tar to write an archive, or leave --load away: the image is kept in the store.',
    });
  }
  const child = await startProcess(program, ['load'], { stdio: ['pipe', 'ignore', 'pipe'], env });
  const said: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = processEnd(child);
  const pipe = streamTarget(child.stdin!, program, signal);
  const succeeded = async (): Promise<void> => {
    const exit = await ended;
    if (exit.exitCode === 0) return;
    throw new ExporterError('LOAD_FAILED', `Cannot load the image: ${program} load failed: ${Buffer.concat(said).toString('utf8').trim()}`, {
      family: 'execution',
      hint: 'Use -o type=docker,dest=FILE.tar to write an archive for a later `docker load`; the steps of this build are cached.',
    });
  };
  return tarSink(
    {
      write: async (data) => {
        try {
          await pipe.write(data);
        } catch (error) {
          signal.throwIfAborted();
          // It closed its input: what it printed as it ended says why.
          await succeeded();
          throw error;
        }
      },
      finish: async () => {
        child.stdin!.end();
        await succeeded();
      },
      [Symbol.asyncDispose]: async () => {
        child.stdin!.destroy();
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
        await ended;
      },
    },
    signal,
  );
}
