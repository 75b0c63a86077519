import type { FlagTable, UnsupportedFlag } from './flag.ts';
import { foreignFlags } from './foreign-flags.ts';

/** Flags of `ossb build`, in the order of the help. */
export const buildFlags: FlagTable = {
  command: 'ossb build',
  foreign: foreignFlags,
  flags: [
    { name: 'tag', short: 't', kind: 'list' },
    { name: 'file', short: 'f', kind: 'string' },
    { name: 'target', kind: 'string' },
    { name: 'build-arg', kind: 'list' },
    { name: 'build-context', kind: 'list' },
    { name: 'secret', kind: 'list' },
    { name: 'ssh', kind: 'list' },
    { name: 'platform', kind: 'list' },
    { name: 'push', kind: 'bool' },
    { name: 'load', kind: 'bool' },
    { name: 'output', short: 'o', kind: 'list' },
    { name: 'label', kind: 'list' },
    { name: 'annotation', kind: 'list' },
    { name: 'no-cache', kind: 'bool' },
    { name: 'no-cache-filter', kind: 'list' },
    {
      name: 'pull',
      kind: 'bool',
      hint: 'For --pull=always and --pull=newer of buildah write --pull; for missing and never leave it out: known bases are not asked for again.',
    },
    { name: 'network', kind: 'string' },
    { name: 'add-host', kind: 'csv' },
    { name: 'shm-size', kind: 'string' },
    { name: 'cache-namespace', kind: 'string' },
    { name: 'allow', kind: 'list' },
    { name: 'registry-mirror', kind: 'list' },
    { name: 'insecure-registry', kind: 'list' },
    { name: 'check', kind: 'bool' },
    { name: 'call', kind: 'string' },
    { name: 'progress', kind: 'string' },
    { name: 'quiet', short: 'q', kind: 'bool' },
    { name: 'iidfile', kind: 'string' },
    { name: 'metadata-file', kind: 'string' },
    { name: 'root', kind: 'string' },
    { name: 'debug', short: 'D', kind: 'bool' },
    // Taken without effect: they choose what ossb does anyway or what it has no need of
    { name: 'rm', kind: 'bool' },
    { name: 'force-rm', kind: 'bool' },
    { name: 'compress', kind: 'bool' },
    { name: 'builder', kind: 'string' },
  ],
  unsupported: [
    ...['cache-from', 'cache-to'].map((name) =>
      unsupported(name, 'the cache is in the local store only', 'Keep the store folder (--root) between builds instead.'),
    ),
    { ...unsupported('attest', 'attestations are not made by this version'), harmless: isDisabledAttestation, optional: true },
    { ...unsupported('sbom', 'attestations are not made by this version'), harmless: isDisabled, optional: true },
    { ...unsupported('provenance', 'attestations are not made by this version'), harmless: isDisabled, optional: true },
    ...['policy', 'source-policy-file', 'resource'].map((name) => unsupported(name, 'source policies are not supported')),
    ...['cgroup-parent', 'memory', 'memory-swap', 'cpu-period', 'cpu-quota', 'cpu-shares', 'cpuset-cpus', 'cpuset-mems', 'ulimit'].map((name) => ({
      ...unsupported(name, 'steps run with the limits of ossb itself', 'Limit the whole build instead, for instance with systemd-run or ulimit.'),
      ...(name === 'memory' ? { short: 'm' } : name === 'cpu-shares' ? { short: 'c' } : {}),
    })),
    unsupported('security-opt', 'the security profile of steps is fixed'),
    { ...unsupported('isolation', 'there is one kind of isolation'), harmless: (value: string) => value === '' || value === 'default' },
    { ...unsupported('squash', 'layers are not squashed', undefined, 'bool'), harmless: (value: string) => value === 'false' },
    { ...unsupported('disable-content-trust', 'content trust is not supported', undefined, 'bool'), harmless: (value: string) => value === 'true' },
  ],
};

function unsupported(name: string, reason: string, hint?: string, kind: UnsupportedFlag['kind'] = 'string'): UnsupportedFlag {
  return { name, kind, reason, ...(hint === undefined ? {} : { hint }) };
}

function isDisabled(value: string): boolean {
  return /^(0|f|false|disabled=true)$/i.test(value);
}

function isDisabledAttestation(value: string): boolean {
  return /(^|,)disabled=true(,|$)/i.test(value);
}
