import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { detectLevel } from './privilege.ts';
import { planIdMaps, type Account, type IdMaps } from './user-namespace.ts';
import { readTextIfAny } from './read-text.ts';

/** Which ids on the disk the owners stand for that steps see. */
export interface IdMapping {
  /** Short and stable. Files that were written under another one have other owners here. */
  readonly id: string;
  /** Whether there is one id alone: all files then belong to it, whatever owners they should have. */
  readonly isSingle: boolean;
  /** Those of the user namespace that the worker gets; undefined where it stays in that of this process. */
  readonly maps: IdMaps | undefined;
}

/** The mapping of a worker that this process starts, found without starting one. */
export function planIdMapping(pathVariable: string | undefined): IdMapping {
  const maps = detectLevel() === 'rootless' ? planIdMaps(currentAccount(), pathVariable) : undefined;
  const own = ['uid_map', 'gid_map'].map((name) => readTextIfAny(`/proc/self/${name}`).trim().split(/\s+/));
  const hash = createHash('sha256').update(JSON.stringify([own, maps?.uids, maps?.gids]));
  return {
    id: hash.digest('hex').slice(0, 8),
    isSingle: maps === undefined ? mappedIDs() === 1 : maps.kind === 'single',
    maps,
  };
}

/** The ids of this process's user namespace that follow each other from 0. */
export function mappedIDs(): number {
  return countIDs(readTextIfAny('/proc/self/uid_map'));
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

/** Containers run as users that /etc/passwd does not know. */
function currentAccount(): Account {
  try {
    const { uid, gid, username } = userInfo();
    return { uid, gid, name: username };
  } catch {
    return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: undefined };
  }
}
