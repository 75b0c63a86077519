import type { Difference } from './differences.ts';

/** Steps that one builder took from its cache and the other ran, read from what `--progress rawjson` printed. */
export function cachedDifferences(buildkit: string, ossb: string): Difference[] {
  const left = stepsOf(buildkit);
  const right = stepsOf(ossb);
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((name) => left.get(name) !== right.get(name))
    .map((name) => ({ where: `cached ${name}`, buildkit: left.get(name) ?? 'absent', ossb: right.get(name) ?? 'absent' }));
}

interface Status {
  readonly vertexes?: readonly { readonly name: string; readonly cached?: boolean; readonly completed?: string }[];
}

/** By name. A base is not a step, and neither is the merge that BuildKit shows beside each linked copy. */
function stepsOf(progress: string): ReadonlyMap<string, string> {
  const steps = new Map<string, string>();
  for (const line of progress.split('\n')) {
    if (!line.startsWith('{')) continue;
    for (const { name, cached, completed } of (JSON.parse(line) as Status).vertexes ?? []) {
      const step = /^\[[^\]]*\d+\/\d+\] (?!FROM|LINK)/.test(name);
      if (step && (cached === true || completed !== undefined) && steps.get(name) !== 'cached') steps.set(name, cached === true ? 'cached' : 'ran');
    }
  }
  return steps;
}
