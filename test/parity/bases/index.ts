import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushImage } from '../../../scripts/local/push-image.ts';
import { writeTar } from '../../harness/tar-writer.ts';
import { baseConfigs } from './configured.ts';
import { retry } from './retry.ts';
import { toolMembers } from './tools.ts';
import { untidyBases } from './untidy.ts';
import type { BaseLayer, BaseName } from './untidy.ts';

export { baseConfigs, untidyBases };
export type { BaseName };
export type ConfiguredName = keyof typeof baseConfigs;

/** Names what the bases are made of, so that suites of different versions can share a registry. */
const version = createHash('sha256')
  .update(JSON.stringify([untidyBases, baseConfigs]))
  .update(readFileSync(join(import.meta.dirname, 'tools.ts')))
  .update(readFileSync(join(import.meta.dirname, 'snap.pl')))
  .digest('hex')
  .slice(0, 8);

/** What FROM says to build on one of them. */
export function untidy(name: BaseName): string {
  return `untidy/${name}:${version}`;
}

/** What FROM says to build on one whose config says more. */
export function configured(name: ConfiguredName): string {
  return `configured/${name}:${version}`;
}

interface Base {
  readonly repository: string;
  readonly layers: readonly BaseLayer[];
  readonly config: Readonly<Record<string, unknown>>;
}

function allBases(): Base[] {
  const config = { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] };
  return [
    ...Object.entries(untidyBases).map(([name, layers]) => ({ repository: `untidy/${name}`, layers, config })),
    ...Object.entries(baseConfigs).map(([name, more]) => ({ repository: `configured/${name}`, layers: untidyBases.tidy, config: { ...config, ...more } })),
  ];
}

/** Pushes those that the registry does not have yet. */
export async function pushUntidyBases(address: string): Promise<void> {
  const missing: Base[] = [];
  for (const base of allBases()) if (!(await isThere(address, base))) missing.push(base);
  if (missing.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'ossb-untidy-'));
  try {
    const tools = await toolMembers(address);
    for (const [index, { repository, layers, config }] of missing.entries()) {
      const tars = layers.map((layer, i) => {
        const tar = join(folder, layer === 'tools' ? 'tools' : `${index}-${i}`);
        writeFileSync(tar, writeTar(layer === 'tools' ? tools : layer));
        return tar;
      });
      const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
      await retry(() => pushImage(address, repository, [version], [{ os: 'linux', architecture, layers: tars, config }]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isThere(address: string, { repository }: Base): Promise<boolean> {
  return (
    await fetch(`http://${address}/v2/${repository}/manifests/${version}`, { method: 'HEAD', headers: { accept: 'application/vnd.oci.image.index.v1+json' } })
  ).ok;
}
