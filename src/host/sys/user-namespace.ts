import { writeFileSync } from 'node:fs';
import { SysError } from './error.ts';
import { runProcess } from './process.ts';
import { findProgram } from './program.ts';
import { readTextIfAny } from './read-text.ts';

/** A run of ids inside a user namespace and what they are outside. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** How the ids of a user namespace are mapped. */
export interface IdMaps {
  /** 'ranges': 0 is the user, and the ids of /etc/subuid and /etc/subgid follow. 'single': 0 is the user, and there is no other id. */
  readonly kind: 'ranges' | 'single';
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string | undefined;
}

/** The maps for this account: the ranges that the system administrator gave it, where newuidmap and newgidmap are installed, else the single id. */
export function planIdMaps(account: Account, pathVariable: string | undefined): IdMaps {
  const uids = subordinateRanges(readTextIfAny('/etc/subuid'), account.uid, account);
  const gids = subordinateRanges(readTextIfAny('/etc/subgid'), account.gid, account);
  const installed = ['newuidmap', 'newgidmap'].every((program) => findProgram(program, pathVariable) !== undefined);
  if (!installed || uids.length < 2 || gids.length < 2) {
    return { kind: 'single', uids: uids.slice(0, 1), gids: gids.slice(0, 1) };
  }
  return { kind: 'ranges', uids, gids };
}

/** The lines of /etc/subuid or /etc/subgid for an account (by name or number), with `own` as id 0 before them (subuid(5)). */
export function subordinateRanges(text: string, own: number, account: Account): IdRange[] {
  const ranges: IdRange[] = [{ inside: 0, outside: own, count: 1 }];
  let inside = 1;
  for (const line of text.split('\n')) {
    const match = /^([^:#]+):(\d+):(\d+)\s*$/.exec(line);
    if (!match || (match[1] !== account.name && match[1] !== String(account.uid))) continue;
    const count = Number(match[3]);
    if (count < 1) continue;
    ranges.push({ inside, outside: Number(match[2]), count });
    inside += count;
  }
  return ranges;
}

/** Gives the user namespace of a process its maps. Errors: PRIVILEGE_MISSING. */
export async function writeIdMaps(pid: number, maps: IdMaps, pathVariable: string | undefined): Promise<void> {
  if (maps.kind === 'single') {
    try {
      writeFileSync(`/proc/${pid}/setgroups`, 'deny');
      writeFileSync(`/proc/${pid}/uid_map`, formatRanges(maps.uids));
      writeFileSync(`/proc/${pid}/gid_map`, formatRanges(maps.gids));
    } catch (error) {
      throw new SysError('PRIVILEGE_MISSING', `Cannot map ids into a user namespace: ${(error as NodeJS.ErrnoException).code}`, {
        family: 'execution',
        hint: 'Run `ossb doctor` to see what this host allows.',
        cause: error,
      });
    }
    return;
  }
  await Promise.all([runMapProgram('newuidmap', pid, maps.uids, pathVariable), runMapProgram('newgidmap', pid, maps.gids, pathVariable)]);
}

async function runMapProgram(name: string, pid: number, ranges: readonly IdRange[], pathVariable: string | undefined): Promise<void> {
  const args = ranges.flatMap((range) => [range.inside, range.outside, range.count]);
  let said = '';
  const onStderr = (chunk: Buffer): void => {
    said += chunk.toString();
  };
  const exit = await runProcess(findProgram(name, pathVariable) ?? name, [pid, ...args].map(String), { onStderr });
  if (exit.exitCode === 0) return;
  throw new SysError('PRIVILEGE_MISSING', `Cannot map ids with ${name}: ${said.trim() || `it ended with ${exit.exitCode ?? exit.signal}`}`, {
    family: 'execution',
    hint: `Check that ${name} is setuid root or has its file capability, and that /etc/subuid and /etc/subgid give this user a range.`,
  });
}

function formatRanges(ranges: readonly IdRange[]): string {
  return ranges.map((range) => `${range.inside} ${range.outside} ${range.count}\n`).join('');
}
