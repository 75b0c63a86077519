import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushImage } from '../../../scripts/local/push-image.ts';
import { writeTar } from '../../harness/tar-writer.ts';
import { retry } from './retry.ts';
import { toolMembers } from './tools.ts';
import { untidyBases } from './untidy.ts';
import type { BaseLayer, BaseName } from './untidy.ts';

export { untidyBases };
export type { BaseName };

/** Names what the bases are made of, so that suites of different versions can share a registry. */
const version = createHash('sha256')
  .update(JSON.stringify(untidyBases))
  .update(readFileSync(join(import.meta.dirname, 'tools.ts')))
  .update(readFileSync(join(import.meta.dirname, 'snap.pl')))
  .digest('hex')
  .slice(0, 8);

/** What FROM says to build on one of them. */
export function untidy(name: BaseName): string {
  return `untidy/${name}:${version}`;
}

/** Pushes those that the registry does not have yet. */
export async function pushUntidyBases(address: string): Promise<void> {
  const missing: BaseName[] = [];
  for (const name of Object.keys(untidyBases) as BaseName[]) if (!(await isThere(address, name))) missing.push(name);
  if (missing.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'ossb-untidy-'));
  try {
    const tools = await toolMembers(address);
    const config = { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] };
    for (const name of missing) {
      const layers = untidyBases[name].map((layer: BaseLayer, i) => {
        const tar = join(folder, layer === 'tools' ? 'tools' : `${name}-${i}`);
        writeFileSync(tar, writeTar(layer === 'tools' ? tools : layer));
        return tar;
      });
      const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
      await retry(() => pushImage(address, `untidy/${name}`, [version], [{ os: 'linux', architecture, layers, config }]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isThere(address: string, name: BaseName): Promise<boolean> {
  return (
    await fetch(`http://${address}/v2/untidy/${name}/manifests/${version}`, { method: 'HEAD', headers: { accept: 'application/vnd.oci.image.index.v1+json' } })
  ).ok;
}
