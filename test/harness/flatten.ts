import type { TarMember } from './tar-reader.ts';

/** What a path is in the end, with everything that a person could see of it. */
export interface FlatEntry {
  readonly type: 'file' | 'link' | 'char' | 'block' | 'dir' | 'fifo';
  readonly mode: string;
  readonly owner: string;
  readonly size: number;
  readonly link: string;
  readonly device: string;
  readonly xattrs: string;
  readonly content: Buffer;
  readonly mtime: number;
  /** The first in order of the names that share one file; '' where the name is the only one. */
  readonly sharedWith: string;
}

interface Node {
  readonly member: TarMember;
  /** Names that share a node share one object. */
  readonly names: Set<string>;
}

/** Lays layers over each other as the OCI image spec says: whiteouts, opaque folders, hard links. The answer is sorted by path. */
export function flatten(layers: readonly (readonly TarMember[])[]): ReadonlyMap<string, FlatEntry> {
  const tree = new Map<string, Node>();
  for (const layer of layers) {
    for (const member of layer) if (isWhiteout(member.path)) applyWhiteout(tree, member.path);
    for (const member of layer) if (!isWhiteout(member.path)) place(tree, member);
  }
  return new Map([...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, node]) => [path, flatEntry(node)]));
}

function place(tree: Map<string, Node>, member: TarMember): void {
  const before = tree.get(member.path);
  if (before !== undefined && before.member.type === 'dir' && member.type !== 'dir') remove(tree, `${member.path}/`);
  before?.names.delete(member.path);
  if (member.type === 'hard') {
    const target = tree.get(member.link.replace(/^\.?\/+/, ''));
    if (target === undefined) throw new Error(`hard link ${member.path} to ${member.link}, which is not there`);
    target.names.add(member.path);
    tree.set(member.path, target);
  } else {
    tree.set(member.path, { member, names: new Set([member.path]) });
  }
}

function isWhiteout(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('.wh.');
}

function applyWhiteout(tree: Map<string, Node>, path: string): void {
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const name = path.slice(slash + '.wh.'.length);
  if (name === '.wh..opq') remove(tree, folder);
  else {
    remove(tree, `${folder}${name}/`);
    tree.get(folder + name)?.names.delete(folder + name);
    tree.delete(folder + name);
  }
}

function remove(tree: Map<string, Node>, prefix: string): void {
  for (const [path, node] of tree) {
    if (!path.startsWith(prefix)) continue;
    node.names.delete(path);
    tree.delete(path);
  }
}

function flatEntry(node: Node): FlatEntry {
  const { member } = node;
  if (member.type === 'hard') throw new Error('a hard link is never a node of its own');
  const xattrs = Object.entries(member.xattrs).map(([name, value]) => `${name}=${value}`);
  return {
    type: member.type,
    mode: (member.mode & 0o7777).toString(8),
    owner: `${member.uid}:${member.gid}`,
    size: member.size,
    link: member.type === 'link' ? member.link : '',
    device: member.device,
    xattrs: xattrs.toSorted().join(' '),
    content: member.content,
    mtime: member.mtime,
    sharedWith: node.names.size > 1 ? [...node.names].toSorted()[0]! : '',
  };
}
