import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { mustRun } from '../test/harness/command.ts';
import { noise } from '../test/harness/fixture.ts';
import { registryBlobs } from '../test/harness/oci-image.ts';
import { pushImage } from '../scripts/local/push-image.ts';

const noiseBytes = 28_000_000;

/** Pushes the base of the workloads, 75 MB compressed: Debian's smallest system, and a layer of data that does not compress. Gives its name in the registry. */
export async function pushBenchBase(basesAddress: string, address: string, folder: string): Promise<string> {
  const debian = join(folder, 'debian.tar');
  const data = join(folder, 'data.tar');
  if (!existsSync(debian)) {
    writeFileSync(debian, await debianLayer(basesAddress));
    writeFileSync(join(folder, 'data'), noise('base', noiseBytes));
    await mustRun(['tar', '--transform', 's,^,opt/,', '--owner=0', '--group=0', '--mtime=@1577934245', '-C', folder, '-cf', data, 'data']);
  }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const config = { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] };
  await pushImage(address, 'bench/base', ['1'], [{ os: 'linux', architecture, layers: [debian, data], config }]);
  return 'bench/base:1';
}

async function debianLayer(address: string): Promise<Buffer> {
  const { resolve, blob } = registryBlobs(address, 'library/debian');
  const index = JSON.parse((await blob(await resolve('12'))).toString()) as { manifests: { digest: string }[] };
  const manifest = JSON.parse((await blob(index.manifests[0]!.digest)).toString()) as { layers: { digest: string }[] };
  return gunzipSync(await blob(manifest.layers[0]!.digest));
}
