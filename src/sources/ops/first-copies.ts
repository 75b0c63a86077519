import type { TreeNode } from '../../core/tree/index.ts';

/** What became of the first of the names that a file has, so that the others can be made links to it. Only names below one folder are compared. */
export class FirstCopies<T> {
  readonly #byPath = new Map<string, { readonly node: TreeNode; readonly copy: T }>();
  /** The names that links lead to: most trees have none, and nothing needs to be kept. */
  readonly #linked = new Set<string>();

  constructor(entries: readonly { readonly node: TreeNode }[]) {
    for (const { node } of entries) if (node.type === 'hardlink') this.#linked.add(node.link!);
  }

  find(node: TreeNode): T | undefined {
    if (this.#linked.size === 0) return undefined;
    const first = this.#byPath.get(identityOf(node));
    return first !== undefined && isSameFile(first.node, node) ? first.copy : undefined;
  }

  add(node: TreeNode, copy: T): void {
    if (this.#linked.has(identityOf(node))) this.#byPath.set(identityOf(node), { node, copy });
  }
}

function identityOf(node: TreeNode): string {
  return node.type === 'hardlink' ? node.link! : node.path;
}

/** In a chain of layers the path that a link names may have been replaced by a layer above. */
function isSameFile(a: TreeNode, b: TreeNode): boolean {
  if (a.size !== b.size || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.mtimeSec !== b.mtimeSec || a.mtimeNs !== b.mtimeNs) return false;
  return a.digest === b.digest || a.digest === undefined || b.digest === undefined;
}
