import { closeSync, constants } from 'node:fs';
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

/** A pipe to a program and one from it. The program's ends block, as it expects; the other two never do: EAGAIN instead. */
export function openPipes(capacityBytes: number): { readonly toProgram: Pipe; readonly fromProgram: Pipe } {
  const toProgram = openPipe(capacityBytes);
  let fromProgram: Pipe;
  try {
    fromProgram = openPipe(capacityBytes);
  } catch (error) {
    for (const fd of [toProgram.readFd, toProgram.writeFd]) closeSync(fd);
    throw error;
  }
  for (const fd of [toProgram.writeFd, fromProgram.readFd]) libc.bind(FCNTL)(fd, F_SETFL, constants.O_NONBLOCK);
  return { toProgram, fromProgram };
}
