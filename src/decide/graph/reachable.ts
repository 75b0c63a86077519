import type { Vertex } from './vertex.ts';

/** All vertices that the targets need, each once, inputs before their users. */
export function reachable(targets: readonly Vertex[]): Vertex[] {
  const seen = new Map<string, Vertex>();
  const visit = (vertex: Vertex): void => {
    const stack: { vertex: Vertex; next: number }[] = [{ vertex, next: 0 }];
    const open = new Set<string>();
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next === 0 && (seen.has(top.vertex.digest) || open.has(top.vertex.digest))) {
        stack.pop();
        continue;
      }
      open.add(top.vertex.digest);
      const input = top.vertex.inputs[top.next];
      top.next += 1;
      if (input === undefined) {
        if (!seen.has(top.vertex.digest)) seen.set(top.vertex.digest, top.vertex);
        stack.pop();
      } else if (!seen.has(input.digest)) stack.push({ vertex: input, next: 0 });
    }
  };
  for (const target of targets) visit(target);
  return [...seen.values()];
}
