import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryBlobs } from '../../harness/oci-image.ts';
import type { WrittenMember } from '../../harness/tar-writer.ts';

const library = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const loader = process.arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2';
/** Numbers of the system calls llistxattr and lgetxattr. */
const callNumbers = process.arch === 'arm64' ? '12 9' : '195 192';

const applets = 'awk cat chmod chown cp cut dd echo env false find grep head id ln ls mkdir mkfifo mv rm rmdir sed sort stat test touch tr true umask wc';

const wrapper = `#!/bin/sh
exec /snap.tools/ld.so --library-path /snap.tools /snap.tools/perl /snap.tools/snap.pl ${callNumbers} "$@"
`;

/** Files that every base of the suite has: busybox under /bin, and `snap NAME`, which writes what a step sees to /snap/NAME. Taken from the stand-ins for busybox and Debian. */
export async function toolMembers(address: string): Promise<readonly WrittenMember[]> {
  const work = mkdtempSync(join(tmpdir(), 'ossb-snap-'));
  try {
    const busybox = await unpackedFiles(address, 'library/busybox', work, ['bin/busybox']);
    const names = [loader, 'libc.so.6', 'libm.so.6', 'libcrypt.so.1.1.0'].map((name) => `usr/lib/${library}/${name}`);
    const debian = await unpackedFiles(address, 'library/debian', work, ['usr/bin/perl', ...names]);
    const [perl, ld, libc, libm, libcrypt] = debian;
    const tool = (name: string, content: Buffer | string): WrittenMember => ({ name: `snap.tools/${name}`, content });
    return [
      { name: 'bin/', type: '5' },
      { name: 'bin/busybox', content: busybox[0]! },
      ...['sh', ...applets.split(' ')].map((name): WrittenMember => ({ name: `bin/${name}`, type: '2', link: 'busybox', mode: 0o777 })),
      { name: 'bin/snap', content: wrapper },
      { name: 'snap/', type: '5', mode: 0o1777 },
      { name: 'snap.tools/', type: '5' },
      tool('perl', perl!),
      tool('ld.so', ld!),
      tool('libc.so.6', libc!),
      tool('libm.so.6', libm!),
      tool('libcrypt.so.1', libcrypt!),
      tool('snap.pl', readFileSync(join(import.meta.dirname, 'snap.pl'))),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Of an image of one layer, for this machine's platform. */
async function unpackedFiles(address: string, repository: string, work: string, paths: readonly string[]): Promise<Buffer[]> {
  const { resolve, blob } = registryBlobs(address, repository);
  const read = async (digest: string) => JSON.parse((await blob(digest)).toString()) as Document;
  const index = await read(await resolve('latest').catch(() => resolve('12')));
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const manifest = await read(index.manifests!.find((one) => one.platform.architecture === architecture)!.digest);
  const tar = join(work, repository.replace('/', '-'));
  writeFileSync(tar, await blob(manifest.layers![0]!.digest));
  execFileSync('tar', ['xzf', tar, '-C', work, ...paths.map((path) => `./${path}`)]);
  return paths.map((path) => readFileSync(join(work, path)));
}

interface Document {
  readonly manifests?: readonly { readonly digest: string; readonly platform: { readonly architecture: string } }[];
  readonly layers?: readonly { readonly digest: string }[];
}
