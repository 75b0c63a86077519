import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { mustRun } from '../test/harness/command.ts';
import { noise } from '../test/harness/fixture.ts';
import { registryBlobs } from '../test/harness/oci-image.ts';
import { pushImage } from '../scripts/local/push-image.ts';

const noiseBytes = 28_000_000;

/** Bases by what they are for: names in a registry. */
export interface BenchBases {
  /** 75 MB compressed: Debian's smallest system, and a layer of data that does not compress. */
  readonly base: string;
  /** The same with one more small layer. */
  readonly other: string;
  /** Debian's smallest system and four layers of 256 MB, of which half compresses. Only where it is asked for. */
  readonly large: string;
}

/** Pushes the base of the workloads, 75 MB compressed: Debian's smallest system, and a layer of data that does not compress. Returns their names in the registry. */
export async function pushBenchBases(basesAddress: string, address: string, folder: string, withLarge: boolean): Promise<BenchBases> {
  const debian = join(folder, 'debian.tar');
  const data = join(folder, 'data.tar');
  if (!existsSync(debian)) {
    writeFileSync(debian, await debianLayer(basesAddress));
    writeFileSync(join(folder, 'data'), noise('base', noiseBytes));
    await mustRun(['tar', '--transform', 's,^,opt/,', '--owner=0', '--group=0', '--mtime=@1577934245', '-C', folder, '-cf', data, 'data']);
  }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const config = { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] };
  const push = async (name: string, layers: readonly string[]): Promise<string> => {
    await pushImage(address, name, ['1'], [{ os: 'linux', architecture, layers: [...layers], config }]);
    return `${name}:1`;
  };
  const more = join(folder, 'more.tar');
  if (!existsSync(more)) {
    writeFileSync(join(folder, 'more'), 'more\n');
    await mustRun(['tar', '--owner=0', '--group=0', '--mtime=@1577934245', '-C', folder, '-cf', more, 'more']);
  }
  return {
    base: await push('bench/base', [debian, data]),
    other: await push('bench/other', [debian, data, more]),
    large: withLarge ? await push('bench/large', [debian, ...(await largeLayers(folder))]) : '',
  };
}

async function largeLayers(folder: string): Promise<string[]> {
  const layers: string[] = [];
  for (let i = 0; i < 4; i++) {
    const tar = join(folder, `large-${i}.tar`);
    layers.push(tar);
    if (existsSync(tar)) continue;
    const half = 128 << 20;
    writeFileSync(join(folder, `large-${i}`), Buffer.concat([noise(`large-${i}`, half), Buffer.alloc(half, `line ${i} of a file that compresses\n`)]));
    await mustRun([
      'tar',
      '--remove-files',
      '--transform',
      's,^,opt/,',
      '--owner=0',
      '--group=0',
      '--mtime=@1577934245',
      '-C',
      folder,
      '-cf',
      tar,
      `large-${i}`,
    ]);
  }
  return layers;
}

async function debianLayer(address: string): Promise<Buffer> {
  const { resolve, blob } = registryBlobs(address, 'library/debian');
  const index = JSON.parse((await blob(await resolve('12'))).toString()) as { manifests: { digest: string }[] };
  const manifest = JSON.parse((await blob(index.manifests[0]!.digest)).toString()) as { layers: { digest: string }[] };
  return gunzipSync(await blob(manifest.layers[0]!.digest));
}
