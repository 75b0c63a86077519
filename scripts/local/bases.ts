import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pushImage } from './push-image.ts';
import type { PlatformImage } from './push-image.ts';
import { startRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { cacheFolder, needTool } from './tool.ts';

type Architecture = 'amd64' | 'arm64';

/** One stand-in: the names that it answers to on Docker Hub, and how its tree is made. */
interface StandIn {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly architectures: readonly Architecture[];
  readonly root: 'go' | 'debian' | 'busybox';
  readonly config: Readonly<Record<string, unknown>>;
}

const native: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const standIns: readonly StandIn[] = [
  {
    repository: 'library/golang',
    tags: ['1.22-alpine', '1.22'],
    architectures: [native],
    root: 'go',
    config: { Env: [`PATH=/go/bin:/usr/local/go/bin:${path}`, 'GOTOOLCHAIN=local', 'GOPATH=/go'], WorkingDir: '/go', Cmd: ['/bin/sh'] },
  },
  {
    repository: 'library/debian',
    tags: ['12', '12-slim', 'bookworm-slim'],
    architectures: [native],
    root: 'debian',
    config: { Env: [`PATH=${path}`], Cmd: ['bash'] },
  },
  {
    repository: 'library/alpine',
    tags: ['3.19', 'latest'],
    architectures: ['amd64', 'arm64'],
    root: 'busybox',
    config: { Env: [`PATH=${path}`], Cmd: ['/bin/sh'] },
  },
  {
    repository: 'library/busybox',
    tags: ['1.36', 'latest'],
    architectures: ['amd64', 'arm64'],
    root: 'busybox',
    config: { Env: [`PATH=${path}`], Cmd: ['sh'] },
  },
];

/** Trees are made by these, from Debian's archive. `$1` is the tar to write; mmdebstrap needs no root. */
const recipes: Readonly<Record<StandIn['root'], (architecture: Architecture) => string>> = {
  go: () => `mmdebstrap ${mmdebstrapFlags} --include=golang-go,git,ca-certificates,openssh-client \
    --customize-hook='mkdir -p "$1/go/bin" "$1/go/src" && chmod -R 1777 "$1/go" && ln -s ../lib/go "$1/usr/local/go"' trixie "$1"`,
  debian: () => `mmdebstrap ${mmdebstrapFlags} --include=ca-certificates bookworm "$1"`,
  busybox: (architecture) => `
    mmdebstrap -q --variant=extract --arch=${architecture} --aptopt='Acquire::Check-Valid-Until "false"' --include=busybox-static bookworm "$1.deb.tar"
    mkdir "$1.d" && cd "$1.d"
    mkdir -p bin sbin usr/bin usr/sbin etc/ssl/certs dev proc sys run home root tmp var/tmp
    tar xf "$1.deb.tar" ./bin/busybox
    ${architecture === native ? './bin/busybox' : 'busybox'} --list-full | grep -v '^bin/busybox$' | while read -r applet; do mkdir -p "$(dirname "$applet")"; ln -s /bin/busybox "$applet"; done
    cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/
    printf '%s\\n' root:x:0:0:root:/root:/bin/sh daemon:x:1:1:daemon:/usr/sbin:/bin/false nobody:x:65534:65534:nobody:/:/bin/false >etc/passwd
    printf '%s\\n' root:x:0: daemon:x:1: users:x:100:games nogroup:x:65534: >etc/group
    printf '%s\\n' 'NAME="busybox (stand-in)"' 'ID=busybox' >etc/os-release
    chmod 755 . bin sbin usr usr/bin usr/sbin etc etc/ssl etc/ssl/certs dev proc sys run home var bin/busybox
    chmod 644 etc/passwd etc/group etc/os-release etc/ssl/certs/ca-certificates.crt
    chmod 700 root; chmod 1777 tmp var/tmp
    tar --sort=name --numeric-owner --owner=0 --group=0 --mtime=@1704067200 -cf "$1" .
    cd / && rm -rf "$1.d" "$1.deb.tar"`,
};

// The release file goes stale between syncs of a mirror, hence Check-Valid-Until. The files that mmdebstrap takes over from this machine are no part of an image.
const mmdebstrapFlags = `-q --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --skip=output/dev \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --customize-hook='rm -f "$1/etc/resolv.conf" "$1/etc/hostname"'`;

/** Starts a registry on loopback that has stand-ins for the images that examples and tests are built on, making them first where this machine has none. */
export async function startBases(report: (line: string) => void = () => {}, port = 0): Promise<Registry> {
  return startRegistry({ folder: await ensureBases(report), port });
}

/** The storage folder of the bases, made once for each version of the recipes. */
export async function ensureBases(report: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), `bases-${recipesDigest()}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const aside = mkdtempSync(join(cacheFolder(), 'bases-aside-'));
  try {
    report('Making stand-in base images from Debian packages (once, about two minutes)');
    await fillBases(aside, report);
    if (!existsSync(folder)) renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

async function fillBases(folder: string, report: (line: string) => void): Promise<void> {
  needTool('mmdebstrap');
  const work = mkdtempSync(join(cacheFolder(), 'bases-work-'));
  const registry = await startRegistry({ folder });
  try {
    for (const image of standIns) {
      const platforms: PlatformImage[] = [];
      for (const architecture of image.architectures) {
        platforms.push({ os: 'linux', architecture, layers: [makeTar(work, image.root, architecture, report)], config: image.config });
      }
      const digest = await pushImage(registry.address, image.repository, image.tags, platforms);
      report(`  ${image.repository}:${image.tags.join(',')} ${digest}`);
    }
  } finally {
    await registry.close();
    rmSync(work, { recursive: true, force: true });
  }
}

function makeTar(work: string, root: StandIn['root'], architecture: Architecture, report: (line: string) => void): string {
  const tar = join(work, `${root}-${architecture}.tar`);
  if (existsSync(tar)) return tar;
  report(`  tree: ${root}, ${architecture}`);
  execFileSync('sh', ['-euc', recipes[root](architecture), 'sh', tar], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: '1704067200' },
  });
  return tar;
}

function recipesDigest(): string {
  const parts = standIns.map((image) => [image, image.architectures.map((architecture) => recipes[image.root](architecture))]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
