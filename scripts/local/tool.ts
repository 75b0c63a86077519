import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where scripts keep what they make or fetch: OSSB_CACHE, else ~/.cache/ossb. */
export function cacheFolder(): string {
  return process.env['OSSB_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ossb');
}

/** The path of a program on PATH, in the folders of system programs, or among the tools that scripts/setup unpacked. */
export function findTool(name: string): string | undefined {
  const tools = join(cacheFolder(), 'tools');
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', join(tools, 'usr/bin'), join(tools, 'usr/sbin')];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** As findTool, but a missing program is an error that says what to do. */
export function needTool(name: string): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(`${name} is missing: run scripts/setup`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
