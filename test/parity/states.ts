import type { Difference } from './differences.ts';

const mark = '#snap\n';

/** Whether a file was written by `snap`, which lists what a step sees. */
export function isState(content: Buffer): boolean {
  return content.subarray(0, mark.length).toString() === mark;
}

/** Facts of a step that two builders do not share. A time of the build is `new`, whichever it is. */
export function stateDifferences(name: string, buildkit: Buffer, ossb: Buffer, startedAtSeconds: number): Difference[] {
  const left = factsOf(buildkit, startedAtSeconds);
  const right = factsOf(ossb, startedAtSeconds);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => factDifference(name, key, left.get(key) ?? 'absent', right.get(key) ?? 'absent'));
}

/** A folder into which something was put has a new time with BuildKit, while OSSB keeps the time that it had below: that is no difference. */
function factDifference(name: string, key: string, buildkit: string, ossb: string): Difference[] {
  if (buildkit === ossb) return [];
  const onlyTime = buildkit.startsWith('dir ') && withoutTime(buildkit) === withoutTime(ossb);
  if (onlyTime && buildkit.includes('mtime=new')) return [];
  return [{ where: `state ${name} ${onlyTime ? 'folder time' : key}`, buildkit: onlyTime ? `${key} ${buildkit}` : buildkit, ossb }];
}

function withoutTime(fact: string): string {
  return fact.replace(/mtime=\w+/, '');
}

function factsOf(content: Buffer, startedAtSeconds: number): ReadonlyMap<string, string> {
  const lines = content
    .toString()
    .slice(mark.length)
    .split('\n')
    // Listings in a tree that was copied are compared as themselves, if at all: as content they differ by the times of the build.
    .filter((line) => line !== '' && !/^path \S+\/snap\/\S+\t/.test(line));
  return new Map(
    lines.map((line) => {
      const [key, value] = line.split('\t');
      return [key!, value!.replace(/mtime=(\d+)/, (time, seconds) => (Number(seconds) >= startedAtSeconds ? 'mtime=new' : time))];
    }),
  );
}
