import { BuildError } from '../errors.ts';

export class ExporterError extends BuildError<'OUTPUT_UNWRITABLE' | 'LOAD_FAILED'> {}

/** Names what could not be written. */
export function unwritable(destination: string, cause: unknown): ExporterError {
  const { code, message } = cause as { code?: string; message?: string };
  const full = code === 'ENOSPC';
  return new ExporterError('OUTPUT_UNWRITABLE', `Cannot write ${destination}: ${full ? 'the disk is full' : message}`, {
    family: full ? 'resource' : 'filesystem',
    hint: full ? 'Free some space and try again.' : 'Check that the folder exists and can be written.',
    cause,
  });
}
