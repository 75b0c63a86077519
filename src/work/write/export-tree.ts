import { closeSync, mkdirSync, openSync } from 'node:fs';
import { storageError } from '../../host/content/index.ts';
import type { ContentSource, FileTree, PlanEntry, TreeNode } from '../../core/tree/index.ts';
import type { Contents } from './contents.ts';
import { FolderWriter } from './folder-writer.ts';
import { packEntries } from './pack-entries.ts';
import { Packer } from './packer.ts';
import { writeContents } from './write-contents.ts';

export interface ExportRequest {
  readonly tree: FileTree;
  readonly contents: Contents;
  /** A folder or the file of the tar. */
  readonly destination: string;
  readonly sourceDateEpoch: number | undefined;
  readonly signal: AbortSignal;
}

/** Writes the tree into a folder. What is there stays where the tree has nothing of that name. Everything belongs to this process; devices that it may not make are left out. */
export async function exportDir(request: ExportRequest): Promise<void> {
  const { contents, destination, signal } = request;
  const entries = await planOf(request);
  mkdirSync(destination, { recursive: true });
  const folder = new FolderWriter(destination, { owners: false, ignoreOwners: true, merge: true });
  await contents.prepare(sourcesOf(entries), signal);
  await writeContents(entries, contents, folder, signal);
  folder.finish(new Map());
}

/** Writes the tree as one tar. */
export async function exportTar(request: ExportRequest): Promise<void> {
  const { contents, destination, sourceDateEpoch, signal } = request;
  const entries = await planOf(request);
  await contents.prepare(sourcesOf(entries), signal);
  try {
    const tarFd = openSync(destination, 'w', 0o644);
    try {
      const packer = new Packer({ tarFd }, signal);
      await packEntries(entries, contents, packer, { sourceDateEpoch });
      await packer.finish();
    } finally {
      closeSync(tarFd);
    }
  } catch (error) {
    throw storageError(error, `write ${destination}`);
  }
}

/** All of the tree, parents first. The first name of a file that has several is the one that comes first here: others may be hidden by a layer above. */
async function planOf({ tree, signal }: ExportRequest): Promise<PlanEntry[]> {
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

function sourcesOf(entries: readonly PlanEntry[]): ContentSource[] {
  return entries.flatMap((entry) => entry.content ?? []);
}
