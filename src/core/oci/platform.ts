import { BuildError } from '../errors.ts';

/** OCI image spec image-index.md, platform. `variant` is absent where it is the architecture's default. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
}

export type PlatformErrorCode =
  /** A platform is malformed or unknown. Write it as `linux/amd64`. */
  'PLATFORM_INVALID';

export class PlatformError extends BuildError<PlatformErrorCode> {}

/** Parses `os/arch[/variant]` or a bare architecture or system, normalised as containerd does. Errors: PLATFORM_INVALID. */
export function parsePlatform(text: string, defaults: Platform): Platform {
  const parts = text.split('/');
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.()-]+$/.test(part))) {
    throw new PlatformError('PLATFORM_INVALID', `Cannot use platform ${JSON.stringify(text)}: it is not os/architecture[/variant]`, {
      family: 'validation',
      hint: 'Write it as linux/amd64 or linux/arm64.',
    });
  }
  const [first = '', second, third] = parts;
  if (second === undefined) {
    if (['linux', 'windows', 'darwin', 'freebsd'].includes(first.toLowerCase())) return { ...defaults, os: first.toLowerCase() };
    const known = normalizeArchitecture(first, undefined);
    if (!knownArchitectures.has(known.architecture)) {
      throw new PlatformError('PLATFORM_INVALID', `Cannot use platform ${JSON.stringify(text)}: it is neither a known architecture nor a known system`, {
        family: 'validation',
        hint: 'Write it as linux/amd64 or linux/arm64.',
      });
    }
    return { os: defaults.os, ...known };
  }
  return { os: normalizeOS(first), ...normalizeArchitecture(second, third) };
}

/** `os/architecture[/variant]`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

/** The platform that this process runs on, from Node's `process.platform` and `process.arch`. */
export function nodePlatform(os: string, arch: string): Platform {
  return { os, ...normalizeArchitecture(arch === 'x64' ? 'amd64' : arch === 'ia32' ? '386' : arch, undefined) };
}

/** Whether an image of `offered` runs where `wanted` is asked for: same system and architecture, and the same or a lesser arm variant. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return false;
  if (wanted.variant === offered.variant) return true;
  if (wanted.architecture === 'arm') return variantNumber(offered.variant, 7) <= variantNumber(wanted.variant, 7);
  if (wanted.architecture === 'arm64') return variantNumber(offered.variant, 8) <= variantNumber(wanted.variant, 8);
  if (wanted.architecture === 'amd64') return variantNumber(offered.variant, 1) <= variantNumber(wanted.variant, 1);
  return offered.variant === undefined;
}

const knownArchitectures = new Set([
  'amd64',
  'arm64',
  'arm',
  '386',
  'ppc64le',
  's390x',
  'riscv64',
  'mips64le',
  'mips64',
  'loong64',
  'wasm',
  'ppc64',
  'mips',
  'mipsle',
]);

function variantNumber(variant: string | undefined, fallback: number): number {
  const match = /^v(\d+)/.exec(variant ?? '');
  return match ? Number(match[1]) : fallback;
}

function normalizeOS(os: string): string {
  return os.toLowerCase() === 'macos' ? 'darwin' : os.toLowerCase();
}

function normalizeArchitecture(architecture: string, variant: string | undefined): { architecture: string; variant?: string } {
  const arch = architecture.toLowerCase();
  const v = variant?.toLowerCase();
  const out = (a: string, x?: string): { architecture: string; variant?: string } => (x ? { architecture: a, variant: x } : { architecture: a });
  switch (arch) {
    case 'i386':
      return out('386');
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return out('amd64', v === 'v1' ? undefined : v);
    case 'aarch64':
    case 'arm64':
      return out('arm64', v === '8' || v === 'v8' || v === 'v8.0' ? undefined : v);
    case 'armhf':
      return out('arm', 'v7');
    case 'armel':
      return out('arm', 'v6');
    case 'arm':
      return out('arm', v === undefined ? 'v7' : /^\d/.test(v) ? `v${v}` : v);
    default:
      return out(arch, v);
  }
}
