import { existsSync, readFileSync } from 'node:fs';
import { inUserNamespace } from '../sys/index.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { HostFacts } from './spec.ts';

/** Reads from /proc what this process, which starts the containers, has. */
export function readHostFacts(arch: string): HostFacts {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    userNamespace: inUserNamespace(),
    mappedIDs: countIDs(readFileSync('/proc/self/uid_map', 'utf8')),
    arch,
    allCapabilities: capabilitiesOf(/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'),
    cgroupNamespace: existsSync('/proc/self/ns/cgroup'),
  };
}

/** The ids of a uid_map that follow each other from 0. */
export function countIDs(map: string): number {
  const ranges = map
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .sort(([a = 0], [b = 0]) => a - b);
  let next = 0;
  for (const [inside = 0, , count = 0] of ranges) {
    if (inside !== next) break;
    next += count;
  }
  return next;
}

/** How many processes the kernel has killed for want of memory since it started. */
export function readOomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
