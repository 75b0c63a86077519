import type { ContentSource, FileTree, PlanEntry, TreeNode } from '../../core/tree/index.ts';

/** All of the tree, parents first. The first name of a file that has several is the one that comes first here: others may be hidden by a layer above. */
export async function planTree(tree: FileTree, signal: AbortSignal): Promise<PlanEntry[]> {
  const entries: PlanEntry[] = [];
  const firstNames = new Map<string, string>();
  const walk = async (path: string): Promise<void> => {
    signal.throwIfAborted();
    for (const node of await tree.list(path)) {
      if (node.type === 'file' || node.type === 'hardlink') entries.push(await planFile(tree, node, firstNames));
      else entries.push(node);
      if (node.type === 'dir') await walk(node.path);
    }
  };
  await walk('');
  return entries;
}

async function planFile(tree: FileTree, node: TreeNode, firstNames: Map<string, string>): Promise<PlanEntry> {
  const content = await tree.content(node);
  const key = content.kind === 'layer' ? `${content.diffID}/${content.path}` : '';
  const first = firstNames.get(key);
  const { link: _, ...file } = node;
  if (first !== undefined) return { ...file, type: 'hardlink', size: 0, link: first };
  firstNames.set(key, node.path);
  return { ...file, type: 'file', content };
}

export function sourcesOf(entries: readonly PlanEntry[]): ContentSource[] {
  return entries.flatMap((entry) => entry.content ?? []);
}
