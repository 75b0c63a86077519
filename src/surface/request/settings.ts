import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { nodePlatform, type Platform } from '../../core/oci/index.ts';
import type { Environment } from './environment.ts';
import type { BuildRequest } from './request.ts';
import { workingFolder } from './working-folder.ts';

/** What is read once, at the start, from the process's surroundings. */
export interface Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly root: string;
  readonly buildPlatform: Platform;
  readonly now: () => number;
}

export function readSettings(request: Pick<BuildRequest, 'root'>, environment: Environment | undefined): Settings {
  const env = environment?.env ?? process.env;
  const cwd = environment?.cwd ?? workingFolder();
  return {
    env,
    cwd,
    root: storeRoot(request.root, env, cwd),
    buildPlatform: nodePlatform(process.platform, process.arch),
    now: Date.now,
  };
}

/** `--root`, else OSSB_ROOT, else /var/lib/ossb for root, else $XDG_DATA_HOME/ossb or ~/.local/share/ossb. */
export function storeRoot(root: string | undefined, env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const asked = root ?? env['OSSB_ROOT'];
  if (asked !== undefined && asked !== '') return resolve(cwd, asked);
  if (process.geteuid?.() === 0) return '/var/lib/ossb';
  return resolve(env['XDG_DATA_HOME'] ?? `${env['HOME'] ?? homedir()}/.local/share`, 'ossb');
}
