import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Faults, usageError } from './usage-error.ts';
import { isMirror, isRegistryHost } from './values/registry.ts';

/** What a configuration file may say. */
export interface FileSettings {
  readonly registryMirrors: Readonly<Record<string, readonly string[]>>;
  readonly insecureRegistries: readonly string[];
  /** Empty: the usual ones. */
  readonly cdiFolders: readonly string[];
}

/**
 * Reads `$XDG_CONFIG_HOME/ossb/config.json` (else `~/.config/ossb/config.json`) and `/etc/ossb/config.json`. A host's mirrors in the user's file come before those
 * of the system's. Files that are not there are skipped; every fault of those that are is added to `faults`.
 */
export function readFileSettings(
  env: Readonly<Record<string, string | undefined>>,
  faults: Faults,
  systemFile: string = '/etc/ossb/config.json',
): FileSettings {
  const registryMirrors: Record<string, string[]> = {};
  const insecureRegistries = new Set<string>();
  const cdiFolders: string[] = [];
  for (const path of [userFile(env), systemFile]) {
    const text = path === undefined ? undefined : readIfThere(path, faults);
    if (path === undefined || text === undefined) continue;
    const file = parseFileSettings(path, text, faults);
    for (const [host, mirrors] of Object.entries(file.registryMirrors)) registryMirrors[host] = [...new Set([...(registryMirrors[host] ?? []), ...mirrors])];
    for (const host of file.insecureRegistries) insecureRegistries.add(host);
    cdiFolders.push(...file.cdiFolders);
  }
  return { registryMirrors, insecureRegistries: [...insecureRegistries], cdiFolders };
}

/** `{"registryMirrors": {"HOST": ["MIRROR", ...]}, "insecureRegistries": ["HOST", ...], "cdiFolders": ["/FOLDER", ...]}` */
export function parseFileSettings(path: string, text: string, faults: Faults): FileSettings {
  const registryMirrors: Record<string, string[]> = {};
  const insecureRegistries: string[] = [];
  const cdiFolders: string[] = [];
  const fault = (found: string): void =>
    faults.add(
      usageError(
        'SETTINGS_INVALID',
        `Cannot use ${path}: ${found}`,
        'It may hold {"registryMirrors": {"HOST": ["MIRROR"]}, "insecureRegistries": ["HOST"], "cdiFolders": ["/FOLDER"]}.',
      ),
    );
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    fault(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (document !== undefined && !isObject(document)) fault('it is not a JSON object');
  for (const [member, value] of Object.entries(isObject(document) ? document : {})) {
    if (member === 'registryMirrors') {
      if (!isObject(value)) fault('registryMirrors is not an object of hosts');
      for (const [host, mirrors] of Object.entries(isObject(value) ? value : {})) {
        if (!isRegistryHost(host)) fault(`registryMirrors has ${JSON.stringify(host)}, which is not a host`);
        const list: unknown[] = Array.isArray(mirrors) ? mirrors : [mirrors];
        for (const mirror of list) {
          if (typeof mirror === 'string' && isMirror(mirror)) (registryMirrors[host] ??= []).push(mirror.replace(/\/+$/, ''));
          else fault(`registryMirrors.${host} has ${JSON.stringify(mirror)}, which is not a host`);
        }
      }
    } else if (member === 'insecureRegistries') {
      if (!Array.isArray(value)) fault('insecureRegistries is not a list of hosts');
      for (const host of Array.isArray(value) ? (value as unknown[]) : []) {
        if (typeof host === 'string' && isRegistryHost(host)) insecureRegistries.push(host);
        else fault(`insecureRegistries has ${JSON.stringify(host)}, which is not a host`);
      }
    } else if (member === 'cdiFolders') {
      if (!Array.isArray(value)) fault('cdiFolders is not a list of folders');
      for (const folder of Array.isArray(value) ? (value as unknown[]) : []) {
        if (typeof folder === 'string' && folder.startsWith('/')) cdiFolders.push(folder);
        else fault(`cdiFolders has ${JSON.stringify(folder)}, which is not an absolute path`);
      }
    } else if (member !== '$schema') {
      fault(`there is no setting ${JSON.stringify(member)}`);
    }
  }
  return { registryMirrors, insecureRegistries, cdiFolders };
}

function userFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const xdg = env['XDG_CONFIG_HOME'];
  if (xdg !== undefined && xdg.startsWith('/')) return join(xdg, 'ossb/config.json');
  const home = env['HOME'];
  return home === undefined || home === '' ? undefined : join(home, '.config/ossb/config.json');
}

function readIfThere(path: string, faults: Faults): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code !== 'ENOENT' && code !== 'ENOTDIR') faults.add(usageError('SETTINGS_INVALID', `Cannot read ${path}: ${code}`));
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
