import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { cacheFolder, needTool } from './tool.ts';

export interface GitServer {
  /** What goes before a repository's path: ssh://USER@127.0.0.1:PORT/... */
  readonly url: string;
  /** The private key that may read, and nothing else. */
  readonly deployKey: string;
  /** A line for ssh's known_hosts. */
  readonly knownHost: string;
  readonly logFile: string;
  /** How many times someone logged in so far. */
  logins(): number;
  close(): Promise<void>;
}

/** Starts an sshd on loopback that serves git repositories, each made of a folder and tagged v1.0.0, to the holder of a deploy key. `folder` holds keys, log and repositories. */
export async function startGitServer(folder: string, repositories: Readonly<Record<string, string>>): Promise<GitServer> {
  mkdirSync(folder, { recursive: true });
  for (const [path, source] of Object.entries(repositories)) makeRepository(join(folder, 'git', path), source);
  const hostKey = makeKey(join(folder, 'host_key'));
  const deployKey = makeKey(join(folder, 'deploy_key'));
  // The key opens git-upload-pack and nothing else.
  const command = `${needTool('git-upload-pack')} "$(echo "$SSH_ORIGINAL_COMMAND" | sed "s/^git-upload-pack '\\(.*\\)'$/\\1/")"`;
  writeFileSync(join(folder, 'authorized_keys'), `restrict,command=${JSON.stringify(command)} ${readFileSync(`${deployKey}.pub`, 'utf8')}`);
  const port = await freePort();
  const logFile = join(folder, 'sshd.log');
  writeFileSync(join(folder, 'sshd_config'), configText(folder, port, hostKey));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const environment = { ...process.env, LD_LIBRARY_PATH: join(cacheFolder(), 'tools/usr/lib') };
  const child = spawn(needTool('sshd'), ['-D', '-f', join(folder, 'sshd_config'), '-E', logFile], { stdio: 'ignore', env: environment });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(port, () => child.exitCode !== null, logFile);
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}${join(folder, 'git')}/`,
    deployKey,
    knownHost: `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`,
    logFile,
    logins: () => readFileSync(logFile, 'utf8').split('Accepted publickey').length - 1,
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function makeRepository(bare: string, source: string): void {
  if (existsSync(bare)) return;
  const work = `${bare}-work`;
  cpSync(source, work, { recursive: true });
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Platform team', '-c', 'user.email=platform@example.com', '-c', 'init.defaultBranch=main', '-C', work, ...args], {
      stdio: 'pipe',
    });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'First version');
  git('tag', 'v1.0.0');
  git('clone', '-q', '--bare', '.', bare);
}

function makeKey(path: string): string {
  if (!existsSync(path)) execFileSync(needTool('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-C', 'made for a test', '-f', path]);
  return path;
}

function configText(folder: string, port: number, hostKey: string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'UsePAM no',
    // The folder is a temporary one, whose parents others may write to.
    'StrictModes no',
    'LogLevel VERBOSE',
    ...sessionPrograms(),
    '',
  ].join('\n');
}

// From OpenSSH 9.8 on, sshd starts other programs for each session, by a path that is fixed unless said otherwise.
function sessionPrograms(): string[] {
  const programs = join(cacheFolder(), 'tools/usr/lib/openssh');
  return [
    ['SshdSessionPath', 'sshd-session'],
    ['SshdAuthPath', 'sshd-auth'],
  ].flatMap(([key, name]) => (existsSync(join(programs, name!)) ? [`${key} ${join(programs, name!)}`] : []));
}

async function listening(port: number, ended: () => boolean, logFile: string): Promise<void> {
  const { connect } = await import('node:net');
  const deadline = Date.now() + 10_000;
  for (;;) {
    if (ended() || Date.now() > deadline) throw new Error(`sshd does not start; see ${logFile}`);
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve((socket.destroy(), true)));
      socket.once('error', () => resolve(false));
    });
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
