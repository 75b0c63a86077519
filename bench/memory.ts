import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface PeakMemory {
  /** Resident bytes of all processes added up; pages that two processes share count twice. */
  readonly rssBytes: number;
  /** The same with shared pages divided among those who share them. Sampled more rarely. */
  readonly pssBytes: number;
}

const sampleEveryMs = 20;
const pssEverySamples = 5;

/** Samples the trees below some processes until stopped. Only processes of the given programs count, so that what a step runs does not. */
export function sampleMemory(
  programs: ReadonlySet<string>,
  roots: readonly number[],
): { readonly add: (pid: number) => void; readonly stop: () => PeakMemory } {
  const pids = [...roots];
  let peak = { rssBytes: 0, pssBytes: 0 };
  let samples = 0;
  const sample = () => {
    const own = pids.flatMap((pid) => descendants(pid)).filter((pid) => programs.has(programOf(pid)));
    const rssBytes = sum(own.map((pid) => statusBytes(pid, 'status', 'VmRSS')));
    const pssBytes = samples++ % pssEverySamples === 0 ? sum(own.map((pid) => statusBytes(pid, 'smaps_rollup', 'Pss'))) : 0;
    peak = { rssBytes: Math.max(peak.rssBytes, rssBytes), pssBytes: Math.max(peak.pssBytes, pssBytes) };
  };
  const timer = setInterval(sample, sampleEveryMs);
  return {
    add: (pid) => pids.push(pid),
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function descendants(pid: number): number[] {
  const children = tasks(pid).flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
  return [pid, ...children.flatMap((child) => descendants(child))];
}

function tasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return '';
  }
}

function statusBytes(pid: number, file: string, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/${file}`));
  return match === null ? 0 : Number(match[1]) * 1024;
}

/** Processes come and go; one that is gone has nothing to say. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
