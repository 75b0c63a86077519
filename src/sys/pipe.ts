import { constants } from 'node:fs';
import { libc, syscallError } from './libc.ts';

const PIPE2 = 'int pipe2(uint8_t *fds, int flags)';
const FCNTL = 'int fcntl(int fd, int command, int value)';
const O_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const F_SETPIPE_SZ = 1031;

export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** A pipe whose ends are plain blocking file descriptors, closed on exec. The kernel grants unprivileged users `capacityBytes` of up to 1 MiB; less is no error. */
export function openPipe(capacityBytes: number): Pipe {
  const fds = new Int32Array(2);
  if (libc.bind(PIPE2)(new Uint8Array(fds.buffer), O_CLOEXEC) < 0) throw syscallError('open a pipe');
  const [readFd, writeFd] = fds as unknown as [number, number];
  libc.bind(FCNTL)(readFd, F_SETPIPE_SZ, capacityBytes);
  return { readFd, writeFd };
}

/** Reads and writes at this end of a pipe give EAGAIN from now on where they would have to wait. */
export function dontBlock(fd: number): void {
  if (libc.bind(FCNTL)(fd, F_SETFL, constants.O_NONBLOCK) < 0) throw syscallError('set up a pipe');
}
