import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../scripts/local/tool.ts';
import { mustRun } from './command.ts';

/** The folder of the newest `node` of a major version; fetched from npm once, and kept. */
export async function nodeVersion(major: number): Promise<string> {
  const kept = join(cacheFolder(), 'nodes', String(major));
  if (!existsSync(kept)) {
    mkdirSync(join(kept, '..'), { recursive: true });
    const aside = mkdtempSync(join(kept, '..', 'fetched-'));
    const name = `node-linux-${process.arch}`;
    await mustRun(['npm', 'install', '--prefix', aside, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${major}`]);
    try {
      renameSync(join(aside, 'node_modules', name), kept);
    } catch (error) {
      // Another file of tests was faster.
      if (!existsSync(kept)) throw error;
    }
    rmSync(aside, { recursive: true, force: true });
  }
  return join(kept, 'bin');
}
