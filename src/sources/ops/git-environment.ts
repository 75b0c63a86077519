import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../host/content/index.ts';
import { certificateBundle } from '../../host/http/index.ts';

export interface GitAccess {
  readonly store: Store;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** GIT_AUTH_TOKEN[.host] and GIT_AUTH_HEADER[.host]. */
  readonly secret: (id: string) => Promise<Uint8Array | undefined>;
  /** PEM files of authorities to trust besides the usual ones. */
  readonly caFiles: readonly string[];
  /** The agent socket for `--ssh id`. */
  readonly sshSocket: (id: string) => Promise<string | undefined>;
}

/**
 * The environment for git: it asks nothing, reads no configuration of the machine or the user, runs no hooks, speaks no protocol that runs commands, and has the
 * credentials of the build. They are in the environment and not among the arguments, which all users can see.
 */
export async function gitEnvironment(remote: string, access: GitAccess, authorization: GitAuthorization | undefined): Promise<Record<string, string>> {
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
  if (authorization !== undefined) {
    settings.push([`http.${authorization.scope}.extraHeader`, `Authorization: ${authorization.value}`]);
    // After a redirect git sends the header to the new place with every request.
    settings.push([`http.${authorization.scope}.followRedirects`, 'false']);
  }
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
    ...proxyVariables(env),
    ...certificateVariables(access),
  };
}

/** Credentials for a remote. */
export interface GitAuthorization {
  /** The URLs that they are for, as git configuration has them. */
  readonly scope: string;
  /** Of the Authorization header. */
  readonly value: string;
}

/** The credentials of the build, or of the URL, for a remote over http or https; undefined where there are none. */
export async function gitAuthorization(remote: string, access: GitAccess): Promise<GitAuthorization | undefined> {
  if (!/^https?:\/\//i.test(remote) || !URL.canParse(remote)) return undefined;
  const { protocol, host, username, password } = new URL(remote);
  const scope = `${protocol}//${host}/`;
  for (const suffix of [`.${host}`, '']) {
    const header = await access.secret(`GIT_AUTH_HEADER${suffix}`);
    if (header !== undefined) return { scope, value: textOf(header) };
    const token = await access.secret(`GIT_AUTH_TOKEN${suffix}`);
    if (token !== undefined) return { scope, value: `basic ${Buffer.from(`x-access-token:${textOf(token)}`).toString('base64')}` };
  }
  if (username === '' && password === '') return undefined;
  return { scope, value: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` };
}

/** The URL as git sees it: what git keeps in the configuration of a repository, and of its submodules, holds no credentials. */
export function withoutCredentials(remote: string): string {
  if (!/^https?:\/\//i.test(remote) || !URL.canParse(remote)) return remote;
  const url = new URL(remote);
  if (url.username === '' && url.password === '') return remote;
  url.username = '';
  url.password = '';
  return url.href;
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

/** git's library reads HTTP_PROXY in lower case only, knows no `*.` in NO_PROXY, and would ask this machine itself through a proxy. */
function proxyVariables(env: GitAccess['env']): Record<string, string> {
  const value = (name: string): string => env[name.toUpperCase()] || env[name] || '';
  const excluded = value('no_proxy')
    .split(',')
    .map((entry) => entry.trim().replace(/^\*(?=\.)/, ''))
    .filter((entry) => entry !== '');
  return {
    ...Object.fromEntries(['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => (value(name) === '' ? [] : [[name, value(name)]]))),
    no_proxy: excluded.includes('*') ? '*' : [...excluded, 'localhost', '127.0.0.1', '::1'].join(','),
  };
}

/** git trusts the authorities of one file alone, so that one has to hold all of them. */
function certificateVariables({ env, store, caFiles }: GitAccess): Record<string, string> {
  if (env['GIT_SSL_CAINFO'] !== undefined) return { GIT_SSL_CAINFO: env['GIT_SSL_CAINFO'] };
  if (caFiles.length === 0) return {};
  const file = join(store.tempDir(), 'authorities.pem');
  writeFileSync(file, certificateBundle(caFiles));
  return { GIT_SSL_CAINFO: file };
}
