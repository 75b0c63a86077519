import { baseName, cleanPath, joinPath, parentOf, resolvePath, TreeError, type FileTree, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import { OpsError } from './error.ts';
import { below } from './paths.ts';
import type { Owner } from './owner.ts';
import type { Attributes, Inode, TargetTree } from './target-tree.ts';
import type { Turns } from './turns.ts';

/** Reads a file of a tree as an archive, its entries in order with paths as written; undefined where it is none. */
export type OpenArchive = (tree: FileTree, node: TreeNode) => Promise<readonly PlanEntry[] | undefined>;

/**
 * Unpacks an archive into a folder of the target, as ADD does: a folder merges with a folder, all else replaces what is there, owners are the archive's unless
 * `owner` is given, missing parents are made as 0:0. The folder is the root of all that the archive names: absolute symlinks start there, and what leads above it is
 * refused. Errors: ARCHIVE_INVALID, NOT_A_FOLDER, TREE_SYMLINK_LOOP.
 */
export async function unpackInto(
  target: TargetTree,
  folder: string,
  archive: readonly PlanEntry[],
  owner: Owner | undefined,
  made: Attributes,
  turns: Turns,
): Promise<void> {
  const place = { target, folder };
  for (const entry of archive) {
    await turns.give();
    const name = checkedName(entry.path, entry.path);
    // The attributes of the folder itself are not the archive's to change.
    if (name === '') continue;
    const parent = await placeOf(place, parentOf(name), entry.path);
    await target.makeFolders(parent, { ...made, mode: 0o755, uid: 0, gid: 0 }, { group: true, setgid: false });
    const path = joinPath(parent, baseName(name));
    const existing = await target.lookup(path);
    if (entry.type === 'hardlink') {
      await putHardlink(place, entry, path, existing, owner);
      continue;
    }
    const inode = inodeOf(entry, existing, owner);
    if (!target.hasFolder(path, inode, existing)) target.put(path, inode, existing);
  }
}

interface Place {
  readonly target: TargetTree;
  readonly folder: string;
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

/** Where a path of the archive is in the target, with symlinks followed. */
async function placeOf({ target, folder }: Place, path: string, shown: string): Promise<string> {
  const view = { lookup: (inside: string) => target.lookup(below(folder, inside)) };
  try {
    return below(folder, (await resolvePath(view, path, { aboveRoot: 'refuse' })).path);
  } catch (error) {
    if (!(error instanceof TreeError) || error.code !== 'TREE_PATH_ESCAPES') throw error;
    throw invalid(shown, 'a symbolic link on its way leads out of the folder that the archive is unpacked into');
  }
}

function inodeOf(entry: PlanEntry, existing: TreeNode | undefined, owner: Owner | undefined): Inode {
  const { mode, mtimeSec, mtimeNs, type, size, link, major, minor, content } = entry;
  if ((type === 'char' || type === 'block') && major === 0 && minor === 0) {
    throw invalid(entry.path, 'it is a device with the number 0:0, which overlayfs takes for a deletion');
  }
  if (type === 'symlink' && link === undefined) throw invalid(entry.path, 'it is a symbolic link without a target');
  const { uid, gid } = owner ?? entry;
  // A folder that is there keeps what the archive says nothing of.
  const xattrs = type === 'dir' && existing?.type === 'dir' && existing.xattrs ? { ...existing.xattrs, ...entry.xattrs } : entry.xattrs;
  return {
    type: type as Inode['type'],
    // Symlinks have no mode of their own, whatever archives say.
    mode: type === 'symlink' ? 0o777 : mode,
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
}

/** One more name for what is there already, by the archive or from below. Its header's attributes then hold for all names. */
async function putHardlink(place: Place, entry: PlanEntry, path: string, existing: TreeNode | undefined, owner: Owner | undefined): Promise<void> {
  const { target } = place;
  // First, as the link may be to something in it.
  if (existing !== undefined) target.remove(path, existing);
  const linked = checkedName(entry.link ?? '', entry.link ?? '');
  const from = linked === '' ? '' : joinPath(await placeOf(place, parentOf(linked), entry.path), baseName(linked));
  const node = from === '' ? undefined : await target.lookup(from);
  if (node === undefined) throw invalid(entry.path, `it is a hard link to ${JSON.stringify(entry.link)}, which is not there`);
  if (node.type === 'dir') throw invalid(entry.path, `it is a hard link to the folder ${JSON.stringify(entry.link)}`);
  const inode = (await target.adopt(from))!;
  const { uid, gid } = owner ?? entry;
  const { mode, mtimeSec, mtimeNs, xattrs } = entry;
  // The kernel takes file capabilities away with every change of owner.
  target.change(inode, inode.type === 'symlink' ? { uid, gid } : { mode, uid, gid, mtimeSec, mtimeNs, xattrs: xattrs ?? {} });
  target.put(path, inode, undefined);
}

function invalidName(name: string): OpsError {
  return new OpsError('ARCHIVE_INVALID', `Cannot unpack an archive: the name ${JSON.stringify(name)} leads out of it`, {
    family: 'validation',
    hint: 'Make the archive anew without names that contain "..".',
  });
}

function invalid(name: string, found: string): OpsError {
  return new OpsError('ARCHIVE_INVALID', `Cannot unpack ${JSON.stringify(name)}: ${found}`, {
    family: 'validation',
    hint: 'Make the archive anew, or copy it as it is with ADD --unpack=false or COPY.',
  });
}
