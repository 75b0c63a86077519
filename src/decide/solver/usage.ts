import { reachable, type Op, type Vertex } from '../graph/index.ts';
import type { UsageHints } from './ports.ts';

/** How each vertex's own layer will be used, by vertex digest. `exported` are the vertices whose states become images. */
export function usageOf(targets: readonly Vertex[], exported: readonly Vertex[]): Map<string, UsageHints> {
  const exportedSet = new Set<string>();
  const mountedSet = new Set<string>();
  for (const vertex of exported) markChain(vertex, exportedSet);
  for (const vertex of reachable([...targets, ...exported])) {
    if (vertex.op.kind !== 'run') continue;
    for (const input of vertex.inputs) markChain(input, mountedSet);
  }
  const hints = new Map<string, UsageHints>();
  for (const vertex of reachable([...targets, ...exported])) {
    hints.set(vertex.digest, { exported: exportedSet.has(vertex.digest), mounted: mountedSet.has(vertex.digest) });
  }
  return hints;
}

/** Whether the op puts a layer on the state of input 0. */
export function extendsInput(op: Op): boolean {
  return op.kind === 'run' || op.kind === 'mkdir' || (op.kind === 'copy' && !op.link);
}

/** Marks the vertices whose layers make up the state of `vertex`. */
function markChain(vertex: Vertex, set: Set<string>): void {
  const pending = [vertex];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (set.has(current.digest)) continue;
    set.add(current.digest);
    const [base, layer] = current.inputs;
    const { op } = current;
    if ((op.kind === 'merge' || extendsInput(op)) && base !== undefined) pending.push(base);
    if (op.kind === 'merge' && layer !== undefined) pending.push(layer);
  }
}
