import { readlinkSync } from 'node:fs';

/** Where this process is. A folder that was removed has the name that the kernel gives it, `/x (deleted)`, so that a relative path is reported as missing there. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return readlinkSync('/proc/self/cwd');
  }
}
