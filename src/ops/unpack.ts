import { baseName, cleanPath, joinPath, parentOf, resolvePath, type FileTree, type PlanEntry, type TreeNode } from '../tree/index.ts';
import { OpsError } from './error.ts';
import { below } from './paths.ts';
import type { Owner } from './owner.ts';
import { notAFolder, type Attributes, type Inode, type TargetTree } from './target-tree.ts';

/** Reads a file of a tree as an archive, its entries in order with paths as written; undefined where it is none. */
export type OpenArchive = (tree: FileTree, node: TreeNode) => Promise<readonly PlanEntry[] | undefined>;

/**
 * Unpacks an archive into a folder of the target, as ADD does: a folder merges with a folder, all else replaces what is there, owners are the archive's unless
 * `owner` is given, missing parents are made as 0:0. Symlinks are followed within the target's root. Errors: ARCHIVE_INVALID.
 */
export async function unpackInto(target: TargetTree, folder: string, archive: readonly PlanEntry[], owner: Owner | undefined, made: Attributes): Promise<void> {
  for (const entry of archive) {
    const name = checkedName(entry.path, entry.path);
    if (name === '') continue;
    const { path: parent } = await resolvePath(target, below(folder, parentOf(name)));
    await target.makeFolders(parent, { ...made, mode: 0o755, uid: 0, gid: 0 });
    const path = joinPath(parent, baseName(name));
    const existing = await target.lookup(path);
    if (entry.type === 'hardlink') {
      await linkTo(target, folder, entry, path, owner);
      continue;
    }
    const { mode, mtimeSec, mtimeNs, xattrs, type, size, link, major, minor, content } = entry;
    const { uid, gid } = owner ?? entry;
    const inode: Inode = {
      type,
      mode,
      uid,
      gid,
      size,
      mtimeSec,
      mtimeNs,
      ...(xattrs === undefined ? {} : { xattrs }),
      ...(link === undefined ? {} : { link }),
      ...(major === undefined ? {} : { major }),
      ...(minor === undefined ? {} : { minor }),
      ...(content === undefined ? {} : { content }),
    };
    target.put(path, inode, existing);
  }
}

/** A name that does not leave the folder it is unpacked in. */
function checkedName(name: string, shown: string): string {
  if (!name.split('/').includes('..')) return cleanPath(name);
  // What goes up and down again within the archive is no harm.
  let depth = 0;
  for (const element of name.split('/')) {
    if (element === '..') depth -= 1;
    else if (element !== '' && element !== '.') depth += 1;
    if (depth < 0) throw invalidName(shown);
  }
  return cleanPath(name);
}

async function linkTo(target: TargetTree, folder: string, entry: PlanEntry, path: string, owner: Owner | undefined): Promise<void> {
  const linked = checkedName(entry.link!, entry.link!);
  const { path: from } = await resolvePath(target, below(folder, linked), { followLast: false });
  const inode = target.inodeAt(from);
  if (from === path) return;
  if (inode === undefined || inode.type === 'dir') {
    const node = await target.lookup(from);
    if (node?.type === 'dir') throw notAFolder(from, node);
    throw new OpsError(
      'ARCHIVE_INVALID',
      `Cannot unpack ${JSON.stringify(entry.path)}: it is a hard link to ${JSON.stringify(entry.link)}, which is not in the archive`,
      {
        family: 'validation',
      },
    );
  }
  // The owner of the last name holds for all of them.
  const { uid, gid } = owner ?? entry;
  target.changeOwner(inode, uid, gid);
  target.put(path, inode, await target.lookup(path));
}

function invalidName(name: string): OpsError {
  return new OpsError('ARCHIVE_INVALID', `Cannot unpack an archive: the name ${JSON.stringify(name)} leads out of it`, {
    family: 'validation',
    hint: 'Make the archive anew without names that contain "..".',
  });
}
