import { BuildError } from '../../core/errors.ts';

export class ExporterError extends BuildError<
  /** The destination of -o cannot be written. */
  | 'OUTPUT_UNWRITABLE'
  /** `docker load` or `podman load` failed, or neither is installed. Write an archive with -o type=docker. */
  | 'LOAD_FAILED'
> {}

/** Names what could not be written, and why. */
export function unwritable(destination: string, cause: unknown): ExporterError {
  const { code, message } = cause as { code?: string; message?: string };
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'DISK_FULL';
  return new ExporterError('OUTPUT_UNWRITABLE', `Cannot write ${destination}: ${full ? 'the disk is full' : ((code && causes.get(code)) ?? message)}`, {
    family: full ? 'resource' : 'filesystem',
    hint: full ? 'Free some space and try again.' : 'Check that the folder exists and can be written.',
    cause,
  });
}

const causes: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'its folder is not there'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'it is no folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the disk is read-only'],
  ['EPIPE', 'the reader has gone'],
]);
