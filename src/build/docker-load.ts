import { tarSink, type FileSink } from '../exporter/index.ts';
import { findProgram, processEnd, startProcess } from '../sys/index.ts';
import { BuildError } from '../errors.ts';
import type { Settings } from './settings.ts';

class LoadError extends BuildError<'LOAD_FAILED'> {}

/** A sink that gives an archive to `docker load`, else to `podman load`. Errors: LOAD_FAILED. */
export async function dockerLoadSink(settings: Settings): Promise<FileSink> {
  const program = findProgram('docker', settings.env['PATH']) ?? findProgram('podman', settings.env['PATH']);
  if (program === undefined) {
    throw new LoadError('LOAD_FAILED', 'Cannot load the image: neither docker nor podman is installed', {
      family: 'execution',
      hint: 'Use -o type=docker,dest=FILE.tar to write an archive, or leave --load away: the image is kept in the store.',
    });
  }
  const child = await startProcess(program, ['load'], { stdio: ['pipe', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = processEnd(child);
  return tarSink({
    stream: child.stdin!,
    finished: async () => {
      child.stdin!.end();
      const exit = await ended;
      if (exit.exitCode !== 0) {
        throw new LoadError('LOAD_FAILED', `Cannot load the image: ${program} load failed: ${Buffer.concat(said).toString('utf8').trim()}`, {
          family: 'execution',
          hint: 'Is the docker daemon running?',
        });
      }
    },
  });
}
