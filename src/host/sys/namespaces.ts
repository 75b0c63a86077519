import type { ChildProcess } from 'node:child_process';
import { SysError } from './error.ts';
import { detectLevel, userNamespaceObstacle } from './privilege.ts';
import { processEnd, startProcess } from './process.ts';
import { findProgram } from './program.ts';
import type { IdMapping } from './id-mapping.ts';
import { writeIdMaps, type IdMaps } from './user-namespace.ts';

export interface NamespacedProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What planIdMapping found. */
  readonly mapping: IdMapping;
}

export interface NamespacedProcess {
  /** With an IPC channel ('advanced'), standard error as a pipe, and neither input nor output. It leads a session, so that no signal of the terminal reaches it. */
  readonly child: ChildProcess;
  /** Absent at level root, where ids are as they are. */
  readonly idMaps: IdMaps | undefined;
}

/**
 * Starts a program as the first process of its own mount and pid namespaces; without privilege in a user namespace that is made before the program starts, as
 * a program with threads cannot enter one. When the calling process dies, however that happens, the kernel kills the program and all that it started, and with
 * them their mounts vanish. Errors: PRIVILEGE_MISSING, PROGRAM_MISSING, PROGRAM_FAILED.
 */
export async function startInNamespaces(program: NamespacedProgram): Promise<NamespacedProcess> {
  const path = program.env['PATH'];
  const unshare = findProgram('unshare', path);
  if (unshare === undefined) {
    throw new SysError('PROGRAM_MISSING', 'Cannot make namespaces: unshare is not installed', { family: 'execution', hint: 'Install util-linux.' });
  }
  // The signal at the parent's death is set for unshare, which in turn kills its child. Busybox has no setpriv; then the closed IPC channel must do.
  const setpriv = findProgram('setpriv', path);
  const guard = setpriv === undefined ? [unshare] : [setpriv, '--pdeathsig', 'KILL', unshare];
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', '--'];
  const level = detectLevel();
  if (level === 'confined') throw confinedError();
  const idMaps = program.mapping.maps;
  if (level === 'root' || idMaps === undefined) {
    const [command = unshare, ...args] = [...guard, ...namespaces, program.command, ...program.args];
    const child = await startProcess(command, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      detached: true,
      env: program.env,
    });
    return { child, idMaps: undefined };
  }
  // The shell says that the namespace is there and waits until it has its maps. What it executes then is root in there, with all capabilities.
  const script = 'echo; read -r go || exit 1; exec "$0" "$@" </dev/null >/dev/null';
  const [command = unshare, ...args] = [...guard, '--user', '--', '/bin/sh', '-c', script, unshare, ...namespaces, program.command, ...program.args];
  const child = await startProcess(command, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
    env: program.env,
  });
  try {
    await namespaceMade(child);
    await writeIdMaps(child.pid!, idMaps, path);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.stdin?.on('error', () => {});
  child.stdin?.end('go\n');
  child.stdout?.destroy();
  return { child, idMaps };
}

/** Waits for the shell's line. */
async function namespaceMade(child: ChildProcess): Promise<void> {
  let said = '';
  const onStderr = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  child.stderr?.on('data', onStderr);
  const made = await Promise.race([
    new Promise<true>((resolve) => {
      child.stdout?.once('data', () => resolve(true));
    }),
    processEnd(child),
  ]);
  child.stderr?.off('data', onStderr);
  child.stderr?.pause();
  if (made === true) return;
  throw new SysError('PRIVILEGE_MISSING', `Cannot make a user namespace: ${said.trim() || `unshare ended with ${made.exitCode ?? made.signal}`}`, {
    family: 'execution',
    hint: 'Run `ossb doctor` to see what this host allows.',
  });
}

function confinedError(): SysError {
  const obstacle = userNamespaceObstacle();
  return new SysError('PRIVILEGE_MISSING', `Cannot run a step: there is neither CAP_SYS_ADMIN nor a user namespace (${obstacle?.setting ?? 'refused'})`, {
    family: 'execution',
    hint: obstacle?.remedy,
  });
}
