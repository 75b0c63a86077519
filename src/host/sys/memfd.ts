import { readFileSync, writeFileSync } from 'node:fs';
import { libc, syscallError } from './libc.ts';

const MEMFD_CREATE = 'int memfd_create(const char *name, unsigned int flags)';
const FCNTL = 'int fcntl(int fd, int command, int argument)';
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
/** Against sealing, shrinking, growing and writing. */
const ALL_SEALS = 0xf;

/**
 * A copy of a program in memory that nothing can change any more, and the path to run it by. A container runtime that runs from such a copy need not copy
 * itself first, which it otherwise does at each start, lest a step overwrite it. The descriptor stays open as long as this process lives.
 */
export function sealedProgram(path: string): string {
  const fd = libc.bind(MEMFD_CREATE)('program', MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) throw syscallError(`make a copy in memory of ${path}`);
  writeFileSync(fd, readFileSync(path));
  if (libc.bind(FCNTL)(fd, F_ADD_SEALS, ALL_SEALS) < 0) throw syscallError(`seal the copy of ${path}`);
  return `/proc/self/fd/${fd}`;
}
