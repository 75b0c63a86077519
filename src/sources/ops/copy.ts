import { applyChmod, parseChmod, type Chmod } from '../../language/dockerfile/index.ts';
import type { CopyOp, CopySource } from '../../decide/graph/index.ts';
import { cleanPath, joinPath, parentOf, resolvePath, type FileTree, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import { OpsError } from './error.ts';
import { below } from './paths.ts';
import { FirstCopies } from './first-copies.ts';
import { lookupOwner, type Owner, type ReadContent } from './owner.ts';
import { select, type SelectedRoot } from './select.ts';
import { kindNames, sameAttributes, TargetTree, type Attributes, type Inherited, type Inode } from './target-tree.ts';
import { Turns } from './turns.ts';
import { unpackInto, type OpenArchive } from './unpack.ts';

export interface CopyPorts {
  readonly readContent: ReadContent;
  /** Reads a file as an archive; gives undefined where it is none. */
  readonly openArchive: OpenArchive;
  /** Milliseconds since 1970: the time of folders and files that have none of their own. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/**
 * The entries of the layer that a COPY or ADD makes on `base`; only what changes, parents first. `inputs` are by input number. With `link` the base is not read.
 * Semantics are BuildKit's, order of sources included. Errors: SOURCE_MISSING, BAD_PATTERN, NOT_A_FOLDER, IS_A_FOLDER, TREE_SYMLINK_LOOP, OWNER_INVALID, ARCHIVE_INVALID.
 */
export async function planCopy(op: CopyOp, inputs: readonly (FileTree | undefined)[], base: FileTree | undefined, ports: CopyPorts): Promise<PlanEntry[]> {
  return planSelected(op, await select(op, inputs), op.link ? undefined : base, ports);
}

/** As planCopy, for sources that were selected already. */
export async function planSelected(op: CopyOp, selected: readonly SelectedRoot[][], base: FileTree | undefined, ports: CopyPorts): Promise<PlanEntry[]> {
  const owner = op.chown === undefined ? undefined : await lookupOwner(op.chown, base, ports.readContent);
  const chmod = op.chmod === undefined ? undefined : parseChmod(op.chmod);
  const nowMs = ports.now();
  const made: Attributes = {
    // A symbolic mode says nothing about folders that are made on the way.
    mode: chmod?.kind === 'octal' ? chmod.mode & 0o777 : 0o755,
    uid: owner?.uid ?? 0,
    gid: owner?.gid ?? 0,
    mtimeSec: Math.floor(nowMs / 1000),
    mtimeNs: 0,
  };
  const copy: Copy = { op, target: new TargetTree(base), owner, chmod, made, ports, turns: new Turns(ports.signal) };
  for (const [index, source] of op.sources.entries()) {
    if (source.kind === 'inline') await copyInline(copy, source);
    else for (const root of selected[index]!) await copySelected(copy, source, root);
  }
  return await copy.target.entries(copy.turns);
}

/** One copy under way. */
interface Copy {
  readonly op: CopyOp;
  readonly target: TargetTree;
  readonly owner: Owner | undefined;
  readonly chmod: Chmod | undefined;
  /** Of folders that are made because they are missing. */
  readonly made: Attributes;
  readonly ports: CopyPorts;
  readonly turns: Turns;
}

async function copyInline(copy: Copy, source: CopySource & { kind: 'inline' }): Promise<void> {
  const path = await prepareDestination(copy, source.name, 'file', false);
  const existing = await copy.target.lookup(path);
  refuseFolder(path, existing);
  const data = Buffer.from(source.content);
  const mode = copy.chmod === undefined ? 0o644 : applyChmod(copy.chmod, 0o644, { isFolder: false });
  const content = { kind: 'inline', data: data.toString('base64') } as const;
  copy.target.put(path, { ...copy.made, mode, type: 'file', size: data.length, content }, existing);
}

async function copySelected(copy: Copy, source: CopySource & { kind: 'paths' }, root: SelectedRoot): Promise<void> {
  const { node } = root.entries[0]!;
  if (source.unpack !== false && (node.type === 'file' || node.type === 'hardlink')) {
    const archive = await copy.ports.openArchive(root.tree, node);
    if (archive !== undefined) {
      const { path: folder } = await resolvePath(copy.target, copy.op.destination);
      await copy.target.makeFolders(folder, { ...copy.made, mode: 0o755 }, inheritedOf(copy));
      return unpackInto(copy.target, folder, archive, copy.owner, copy.made, copy.turns);
    }
  }
  const path = await prepareDestination(copy, root.name, node.type, source.contentsOnly);
  await copyEntries(copy, root, path);
}

/** Where a source goes, with all folders on the way made. */
async function prepareDestination(copy: Copy, name: string, type: TreeNode['type'], contentsOnly: boolean): Promise<string> {
  const { op, target, made } = copy;
  const written = cleanPath(op.destination);
  await target.makeFolders((await resolvePath(target, op.destinationIsDir ? written : parentOf(written))).path, made, inheritedOf(copy));
  const { path: resolved, node: existing } = await resolvePath(target, written);
  let path = resolved;
  const entersFolder = type === 'dir' ? !contentsOnly && existing !== undefined : existing?.type === 'dir';
  if (entersFolder) path = joinPath(path, name);
  const folder = contentsOnly && type === 'dir' && existing === undefined ? path : parentOf(path);
  await target.makeFolders(folder, made, inheritedOf(copy));
  return path;
}

/** Of folders that are made on the way. */
function inheritedOf({ owner }: Copy): Inherited {
  return { group: owner === undefined, setgid: true };
}

async function copyEntries(copy: Copy, root: SelectedRoot, destination: string): Promise<void> {
  const { target } = copy;
  const firstCopies = new FirstCopies<Inode>(root.entries);
  /** Folders above the entry in question, not yet made where `node` is there. */
  const above: { path: string; node: TreeNode | undefined }[] = [];
  for (const { path, node, included } of root.entries) {
    await copy.turns.give();
    while (above.length > 0 && !isBelow(path, above.at(-1)!.path)) above.pop();
    if (node.type === 'dir' && !included) {
      above.push({ path, node });
      continue;
    }
    for (const folder of above) {
      if (folder.node !== undefined) await copyFolder(copy, folder.node, below(destination, folder.path), true, false);
      folder.node = undefined;
    }
    const to = below(destination, path);
    if (node.type === 'dir') {
      await copyFolder(copy, node, to, path !== '', true);
      above.push({ path, node: undefined });
      continue;
    }
    const found = target.find(to);
    const existing = found instanceof Promise ? await found : found;
    refuseFolder(to, existing);
    const inode = await inodeFor(copy, root.tree, node, firstCopies);
    if (!(await target.has(to, inode, existing, () => root.tree.contentDigest(node)))) target.put(to, inode, existing);
  }
}

/** A folder that is there takes the time of the source. At the top of a copy it keeps its other attributes, below it takes them too; `whole` is false for what only leads to something. */
async function copyFolder(copy: Copy, node: TreeNode, to: string, overwrite: boolean, whole: boolean): Promise<void> {
  const { target } = copy;
  const existing = await target.lookup(to);
  const wanted: Inode = { ...attributesFor(copy, node), type: 'dir', size: 0 };
  if (existing === undefined) return target.put(to, wanted, undefined);
  if (existing.type !== 'dir') {
    throw new OpsError('NOT_A_FOLDER', `Cannot copy a folder to /${to}: a ${kindNames[existing.type]} is there`, {
      family: 'filesystem',
      hint: 'Choose another destination, or remove what is there in an earlier step.',
    });
  }
  // The time of a root says when it was unpacked or transferred; and layers have no entry for their own.
  if (!overwrite && (node.path === '' || to === '')) return undefined;
  const merged = overwrite ? mergedFolder(wanted, existing, node.mode, whole) : { ...keptOf(existing), mtimeSec: node.mtimeSec, mtimeNs: node.mtimeNs };
  if (merged.mtimeSec !== existing.mtimeSec || !sameAttributes(merged, existing)) target.put(to, merged, existing);
  return undefined;
}

function mergedFolder(wanted: Inode, existing: TreeNode, mode: number, whole: boolean): Inode {
  const { uid, gid, xattrs } = existing;
  if (whole) return { ...wanted, ...(xattrs === undefined ? {} : { xattrs: { ...xattrs, ...wanted.xattrs } }) };
  return { ...wanted, mode, uid, gid, ...(xattrs === undefined ? {} : { xattrs }) };
}

function keptOf({ mode, uid, gid, mtimeSec, mtimeNs, xattrs }: TreeNode): Inode {
  return { type: 'dir', size: 0, mode, uid, gid, mtimeSec, mtimeNs, ...(xattrs === undefined ? {} : { xattrs }) };
}

async function inodeFor(copy: Copy, tree: FileTree, node: TreeNode, firstCopies: FirstCopies<Inode>): Promise<Inode> {
  const { type } = node;
  const attributes = attributesFor(copy, node);
  switch (type) {
    case 'file':
    case 'hardlink': {
      const first = firstCopies.find(node);
      if (first !== undefined) return first;
      const { digest, size } = node;
      const inode: Inode = { ...attributes, type: 'file', size, ...(digest === undefined ? {} : { digest }), content: await tree.content(node) };
      firstCopies.add(node, inode);
      return inode;
    }
    case 'symlink':
      return { ...attributes, type, size: 0, link: node.link! };
    case 'char':
    case 'block':
      return { ...attributes, type, size: 0, major: node.major ?? 0, minor: node.minor ?? 0 };
    case 'fifo':
    case 'dir':
      return { ...attributes, type, size: 0 };
    default:
      return type satisfies never;
  }
}

function attributesFor({ op, owner, chmod }: Copy, node: TreeNode): Attributes {
  const { mode, mtimeSec, mtimeNs, xattrs } = node;
  const { uid, gid } = owner ?? (op.keepOwner ? node : { uid: 0, gid: 0 });
  const changed = chmod === undefined || node.type === 'symlink' ? mode : applyChmod(chmod, mode, { isFolder: node.type === 'dir' });
  return { mode: changed, uid, gid, mtimeSec, mtimeNs, ...(xattrs === undefined ? {} : { xattrs }) };
}

function refuseFolder(path: string, existing: TreeNode | undefined): void {
  if (existing?.type !== 'dir') return;
  throw new OpsError('IS_A_FOLDER', `Cannot copy a file to /${path}: a folder is there`, {
    family: 'filesystem',
    hint: 'Give a destination that ends with the name of the file, or remove the folder in an earlier step.',
  });
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' ? path !== '' : path.startsWith(`${folder}/`);
}
