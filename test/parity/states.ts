import type { Difference } from './differences.ts';

const mark = '#snap\n';

/** Whether a file was written by `snap`, which lists what a step sees. */
export function isState(content: Buffer): boolean {
  return content.subarray(0, mark.length).toString() === mark;
}

/**
 * Facts of a step that two builders do not share. A time of the build is `new`, whichever it is. A folder into which something was put has a new time with BuildKit, while OSSB
 * keeps the time that it had below.
 */
export function stateDifferences(name: string, buildkit: Buffer, ossb: Buffer, startedAtSeconds: number): Difference[] {
  const left = factsOf(buildkit, startedAtSeconds);
  const right = factsOf(ossb, startedAtSeconds);
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((key) => ({ where: `state ${name} ${key}`, buildkit: left.get(key) ?? 'absent', ossb: right.get(key) ?? 'absent' }))
    .filter(({ buildkit: theirs, ossb: ours }) => theirs !== (isNewFolder(theirs) ? ours.replace(/mtime=\d+/, 'mtime=new') : ours));
}

function isNewFolder(fact: string): boolean {
  return fact.startsWith('dir ') && fact.includes('mtime=new');
}

function factsOf(content: Buffer, startedAtSeconds: number): ReadonlyMap<string, string> {
  const lines = content
    .toString()
    .slice(mark.length)
    .split('\n')
    .filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [key, value] = line.split('\t');
      return [key!, value!.replace(/mtime=(\d+)/, (time, seconds) => (Number(seconds) >= startedAtSeconds ? 'mtime=new' : time))];
    }),
  );
}
