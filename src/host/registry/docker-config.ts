import { readFileSync } from 'node:fs';
import { anyText, faultsOf, mapOf, object, optional } from '../../core/schema/index.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { RegistryError } from './error.ts';

/** Starts a program, gives it `input` and waits for its end. Rejects with code ENOENT or PROGRAM_MISSING where there is no such program. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  input: string,
  signal: AbortSignal,
) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;

export interface DockerConfigOptions {
  /** Of `config.json`; the file may be missing. */
  readonly path: string;
  /** Runs `docker-credential-NAME get`. */
  readonly runProgram: RunProgram;
}

/**
 * Credentials of docker's `config.json`, with its order: credHelpers of the host, else credsStore, else auths. Podman's `auth.json`, whose keys may have paths, is
 * read as well. The file is read when a registry first wants credentials. Errors: DOCKER_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED.
 */
export function dockerConfigCredentials(options: DockerConfigOptions): CredentialSource {
  let config: DockerConfig | undefined;
  return {
    name: options.path,
    async find(host, repository, signal) {
      config ??= read(options.path);
      const keys = keysOf(host, repository);
      const helpers = Object.entries(config.credHelpers ?? {});
      const helper = keys.map((key) => helpers.find(([name]) => bareKey(name) === key)?.[1]).find(Boolean);
      if (helper) return askHelper(helper, serverAddress(host), options, signal);
      if (config.credsStore) {
        const stored = await askHelper(config.credsStore, serverAddress(host), options, signal);
        if (stored) return stored;
      }
      const entries = Object.entries(config.auths ?? {});
      for (const key of keys) {
        const entry = entries.find(([name]) => bareKey(name) === key)?.[1];
        const found = entry && credentialsOf(entry, options.path, key);
        if (found) return found;
      }
      return undefined;
    },
  };
}

interface AuthEntry {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

const dockerHubHosts = ['index.docker.io', 'docker.io', 'registry-1.docker.io'];

/** The names under which a host's credentials may stand, nearest first: with ever fewer parts of the repository's path, then the host's other names. */
function keysOf(host: string, repository: string): string[] {
  const parts = repository.split('/');
  const hosts = dockerHubHosts.includes(host) ? dockerHubHosts : [host];
  const paths = parts.map((_, i) => parts.slice(0, parts.length - i).join('/'));
  return hosts.flatMap((name) => [...paths.map((path) => `${name}/${path}`), name]);
}

/** `https://index.docker.io/v1/` and `index.docker.io` are the same. */
function bareKey(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
}

function serverAddress(host: string): string {
  return dockerHubHosts.includes(host) ? 'https://index.docker.io/v1/' : host;
}

function credentialsOf(entry: AuthEntry, path: string, key: string): Credentials | undefined {
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken };
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken };
  if (entry.auth) {
    const text = Buffer.from(entry.auth, 'base64').toString();
    const colon = text.indexOf(':');
    if (colon < 0) throw invalid(path, `the auth of ${key} is not base64 of user:password`);
    return basicOrIdentity(text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, ''));
  }
  return typeof entry.username !== 'string' ? undefined : basicOrIdentity(entry.username, entry.password ?? '');
}

/** The user name `<token>` says that the secret is an identity token. */
function basicOrIdentity(username: string, password: string): Credentials {
  return username === '<token>' ? { kind: 'identity', token: password } : { kind: 'basic', username, password };
}

async function askHelper(name: string, server: string, { path, runProgram }: DockerConfigOptions, signal: AbortSignal): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  const fail = (found: string, cause?: unknown): RegistryError =>
    new RegistryError('CREDENTIAL_HELPER_FAILED', `Cannot get credentials for ${server}: ${program}, named in ${path}, ${found}`, {
      family: 'authentication',
      hint: `Install or repair ${program}, or remove it from ${path} and log in again.`,
      cause,
    });
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) throw invalid(path, `${JSON.stringify(name)} is not the name of a credential helper`);
  let result;
  try {
    result = await runProgram(program, ['get'], server, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw fail(['ENOENT', 'PROGRAM_MISSING'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'is not installed' : 'cannot be started', error);
  }
  if (result.exitCode !== 0) {
    const said = (result.stdout || result.stderr).trim().slice(0, 200);
    if (/credentials not found/i.test(said)) return undefined;
    throw fail(`failed with exit code ${result.exitCode}${said ? `: ${said}` : ''}`);
  }
  try {
    const answer = JSON.parse(result.stdout) as { Username?: unknown; Secret?: unknown };
    if (typeof answer.Username !== 'string' || typeof answer.Secret !== 'string') throw new TypeError('no Username and Secret');
    return answer.Secret === '' ? undefined : basicOrIdentity(answer.Username, answer.Secret);
  } catch {
    // Not the cause: its message would show part of the answer, which is a secret.
    throw fail('gave an answer that is not credentials');
  }
}

function read(path: string): DockerConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw invalid(path, (error as Error).message, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(path, 'it is not JSON');
  }
  return parseConfig(value, path);
}

/** Docker's and Podman's configuration, as far as it concerns credentials. */
const configSchema = object({
  auths: optional(
    mapOf(
      object({
        auth: optional(anyText),
        username: optional(anyText),
        password: optional(anyText),
        identitytoken: optional(anyText),
        registrytoken: optional(anyText),
      }),
    ),
  ),
  credHelpers: optional(mapOf(anyText)),
  credsStore: optional(anyText),
});

function parseConfig(value: unknown, path: string): DockerConfig {
  const faults = faultsOf(configSchema, value);
  // A number in the place of a text may be a secret.
  if (faults.length > 0) throw invalid(path, faults.map((fault) => fault.replace(/ is -?\d\S* and /, ' is a number and ')).join('; '));
  return value as DockerConfig;
}

function invalid(path: string, found: string, cause?: unknown): RegistryError {
  return new RegistryError('DOCKER_CONFIG_INVALID', `Cannot read credentials from ${path}: ${found}`, {
    family: 'authentication',
    hint: `Repair ${path}, or remove it and log in again.`,
    cause,
  });
}
