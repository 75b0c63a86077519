import type { TreeNode } from '../tree/index.ts';

/** What became of the first of the names that a file has, so that the others can be made links to it. Only names below one folder are compared. */
export class FirstCopies<T> {
  readonly #byPath = new Map<string, { readonly node: TreeNode; readonly copy: T }>();

  find(node: TreeNode): T | undefined {
    const first = this.#byPath.get(identityOf(node));
    return first !== undefined && isSameFile(first.node, node) ? first.copy : undefined;
  }

  add(node: TreeNode, copy: T): void {
    this.#byPath.set(identityOf(node), { node, copy });
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
