import { closeSync, openSync } from 'node:fs';
import { storageError } from '../../host/content/index.ts';
import type { FileTree } from '../../core/tree/index.ts';
import type { Contents } from './contents.ts';
import { packEntries } from './pack-entries.ts';
import { Packer } from './packer.ts';
import { planTree, sourcesOf } from './plan-tree.ts';

export interface ExportRequest {
  readonly tree: FileTree;
  readonly contents: Contents;
  /** A folder or the file of the tar. */
  readonly destination: string;
  readonly sourceDateEpoch: number | undefined;
  readonly signal: AbortSignal;
}

/** Writes the tree as one tar. */
export async function exportTar({ tree, contents, destination, sourceDateEpoch, signal }: ExportRequest): Promise<void> {
  const entries = await planTree(tree, signal);
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
