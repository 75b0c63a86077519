import type { MkdirOp } from '../../decide/graph/index.ts';
import { resolvePath, type FileTree, type PlanEntry } from '../../core/tree/index.ts';
import { lookupOwner, type ReadContent } from './owner.ts';
import { TargetTree } from './target-tree.ts';
import { Turns } from './turns.ts';

export interface MkdirPorts {
  readonly readContent: ReadContent;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The entries of the layer that WORKDIR makes: the folder and its missing parents, none where the folder is there. Errors: NOT_A_FOLDER, TREE_SYMLINK_LOOP, OWNER_INVALID. */
export async function planMkdir(op: MkdirOp, base: FileTree | undefined, ports: MkdirPorts): Promise<PlanEntry[]> {
  const target = new TargetTree(base);
  const { path, node } = await resolvePath(target, op.path);
  if (node?.type === 'dir') return [];
  const owner = op.owner === undefined ? { uid: 0, gid: 0 } : await lookupOwner(op.owner, base, ports.readContent);
  const nowMs = ports.now();
  await target.makeFolders(
    path,
    { mode: op.mode & 0o777, ...owner, mtimeSec: Math.floor(nowMs / 1000), mtimeNs: 0 },
    { group: op.owner === undefined, setgid: true },
  );
  return await target.entries(new Turns());
}
