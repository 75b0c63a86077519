/** Docker's default set, 0xa80425fb. */
const dockerCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
] as const;

/** In the network of the host they would be rights over its traffic and its ports. */
const networkCapabilities: readonly string[] = ['CAP_NET_RAW', 'CAP_NET_BIND_SERVICE'];

/** What root in a step may do: docker's default set, without what reaches into the host's network where the step shares that. */
export function stepCapabilities(network: 'host' | 'none'): readonly string[] {
  return network === 'none' ? dockerCapabilities : dockerCapabilities.filter((name) => !networkCapabilities.includes(name));
}

/** By number (linux/capability.h). */
const names = [
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK',
  'IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE',
  'AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE',
]
  .join(' ')
  .split(' ')
  .map((name) => `CAP_${name}`);

/** The capabilities in a mask as /proc/self/status shows it. */
export function capabilitiesOf(maskHex: string): string[] {
  const mask = BigInt(`0x${maskHex}`);
  return names.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
}
