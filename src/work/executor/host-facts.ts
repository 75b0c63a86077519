import { existsSync, readFileSync } from 'node:fs';
import { inUserNamespace, mappedIDs } from '../../host/sys/index.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { HostFacts } from './spec.ts';

/** Reads from /proc what this process, which starts the containers, has. */
export function readHostFacts(arch: string): HostFacts {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    userNamespace: inUserNamespace(),
    mappedIDs: mappedIDs(),
    arch,
    allCapabilities: capabilitiesOf(/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'),
    cgroupNamespace: existsSync('/proc/self/ns/cgroup'),
  };
}

/** How many processes the kernel has killed for want of memory since it started. */
export function readOomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
