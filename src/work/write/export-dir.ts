import { mkdirSync } from 'node:fs';
import { planTree, sourcesOf, type ExportRequest } from '../../layers/pack/index.ts';
import { FolderWriter } from './folder-writer.ts';
import { writeContents } from './write-contents.ts';

/** Writes the tree into a folder. What is there stays where the tree has nothing of that name. Everything belongs to this process; devices that it may not make are left out. */
export async function exportDir({ tree, contents, destination, signal }: Omit<ExportRequest, 'sourceDateEpoch'>): Promise<void> {
  const entries = await planTree(tree, signal);
  mkdirSync(destination, { recursive: true });
  const folder = new FolderWriter(destination, { owners: false, ignoreOwners: true, merge: true });
  await contents.prepare(sourcesOf(entries), signal);
  await writeContents(entries, contents, folder, signal);
  folder.finish(new Map());
}
