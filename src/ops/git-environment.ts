import { join } from 'node:path';
import type { Store } from '../content/index.ts';

export interface GitAccess {
  readonly store: Store;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** GIT_AUTH_TOKEN[.host] and GIT_AUTH_HEADER[.host]. */
  readonly secret: (id: string) => Promise<Uint8Array | undefined>;
  /** The agent socket for `--ssh id`. */
  readonly sshSocket: (id: string) => Promise<string | undefined>;
}

/**
 * The environment for git: it asks nothing, reads no configuration of the machine or the user, runs no hooks, speaks no protocol that runs commands, and has the
 * credentials of the build. They are in the environment and not among the arguments, which all users can see.
 */
export async function gitEnvironment(remote: string, access: GitAccess): Promise<Record<string, string>> {
  const { env } = access;
  const settings: [string, string][] = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['protocol.ext.allow', 'never'],
    ['credential.helper', ''],
    ['init.defaultBranch', 'master'],
    ['advice.detachedHead', 'false'],
    ['gc.auto', '0'],
    ['transfer.fsckObjects', 'false'],
  ];
  const authorization = await authorizationFor(remote, access);
  if (authorization !== undefined) settings.push([`http.${authorization.scope}.extraHeader`, `Authorization: ${authorization.value}`]);
  const socket = isSsh(remote) ? await access.sshSocket('default') : undefined;
  const knownHosts = [join(access.store.root, 'git', 'known_hosts'), ...(env.HOME === undefined ? [] : [join(env.HOME, '.ssh', 'known_hosts')])];
  return {
    PATH: env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/dev/null',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: 'http:https:ssh:git',
    // A host that is met for the first time is remembered in the store; one whose key has changed is refused.
    GIT_SSH_COMMAND: `ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${knownHosts.map(quoted).join('\\ ')}`,
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...(socket === undefined ? {} : { SSH_AUTH_SOCK: socket }),
    ...Object.fromEntries(proxyVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
  };
}

async function authorizationFor(remote: string, access: GitAccess): Promise<{ scope: string; value: string } | undefined> {
  if (!/^https?:\/\//i.test(remote)) return undefined;
  const { protocol, host } = new URL(remote);
  const scope = `${protocol}//${host}/`;
  for (const suffix of [`.${host}`, '']) {
    const header = await access.secret(`GIT_AUTH_HEADER${suffix}`);
    if (header !== undefined) return { scope, value: textOf(header) };
    const token = await access.secret(`GIT_AUTH_TOKEN${suffix}`);
    if (token !== undefined) return { scope, value: `basic ${Buffer.from(`x-access-token:${textOf(token)}`).toString('base64')}` };
  }
  return undefined;
}

function isSsh(remote: string): boolean {
  return /^ssh:\/\//i.test(remote) || (!/^[a-z0-9+.-]+:\/\//i.test(remote) && remote.includes(':'));
}

function textOf(value: Uint8Array): string {
  return Buffer.from(value).toString('utf8').trim();
}

/** For a shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'];
