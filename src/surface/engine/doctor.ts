import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { examineHost, findProgram } from '../../host/sys/index.ts';
import type { DoctorReport } from './commands.ts';
import { storeRoot, workingFolder } from '../request/index.ts';

/** What this machine allows, the level of execution that it gives, and what would raise it. Nothing is changed. */
export async function doctor(root?: string): Promise<DoctorReport> {
  const { env } = process;
  const host = await examineHost(env['PATH']);
  const store = storeRoot(root, env, workingFolder());
  const writable = isWritable(store);
  const git = findProgram('git', env['PATH']);
  return {
    level: host.level,
    facts: [
      ...host.facts,
      { name: 'git', state: git === undefined ? 'info' : 'ok', found: git ?? 'not installed; only git contexts need it' },
      { name: 'store', state: writable ? 'ok' : 'missing', found: store },
    ],
    advice: writable ? host.advice : [`Make ${store} writable, or choose another store with --root.`, ...host.advice],
  };
}

/** Whether the folder, or the nearest one above that is there, can be written. */
function isWritable(path: string): boolean {
  let folder = path;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
