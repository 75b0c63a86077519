import { createHash } from 'node:crypto';
import { digestOf, type Digest, type DiffID, type TreeID } from '../oci/index.ts';
import { nameToBytes } from '../tar/index.ts';
import type { LayerEntry, TreeNode } from './entry.ts';
import { TreeError } from './error.ts';
import { comparePaths } from './path.ts';

/**
 * Digest of a layer's entries: path, type, mode, owner, size, link, device, extended attributes, content digest, whiteouts. Without times and offsets, and whatever
 * the order. No entries: the digest of nothing. Errors: TREE_INCONSISTENT where a file has no content digest.
 */
export function contentDigestOf(entries: readonly LayerEntry[]): Digest {
  return digestOfLines(sorted(entries));
}

/** Digest of the nodes that a copy selects, with the paths that the caller gave them, in the order of the caller. Errors: TREE_INCONSISTENT. */
export function selectionDigest(nodes: readonly TreeNode[]): Digest {
  return digestOfLines(nodes);
}

/** The treeID of a state with one more layer. A layer without entries changes nothing. */
export function chainTreeID(parent: TreeID, contentDigest: Digest, entryCount: number): TreeID {
  return entryCount === 0 ? parent : (digestOf(`${parent}\n${contentDigest}\n`) as string as TreeID);
}

/** The treeID of a base image, made of its diffIDs so that no layer index is needed. No layers: that of the empty filesystem. */
export function baseTreeID(diffIDs: readonly DiffID[]): TreeID {
  return digestOf(['base', ...diffIDs].join('\n')) as string as TreeID;
}

function sorted(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  for (let i = 1; i < entries.length; i++) {
    if (comparePaths(entries[i - 1]!.path, entries[i]!.path) > 0) return [...entries].sort((a, b) => comparePaths(a.path, b.path));
  }
  return entries;
}

function digestOfLines(nodes: readonly LayerEntry[]): Digest {
  const hash = createHash('sha256');
  let lines = '';
  for (const node of nodes) {
    lines += lineOf(node);
    if (lines.length > 64 << 10) {
      hash.update(encoded(lines));
      lines = '';
    }
  }
  return `sha256:${hash.update(encoded(lines)).digest('hex')}` as Digest;
}

/** Fields end with NUL, which no path and no link can hold. */
function lineOf(node: LayerEntry): string {
  if (node.whiteout === 'whiteout') return `${node.path}\0whiteout\0\n`;
  if (node.implied) return `${node.path}\0implied\0opaque\0\n`;
  const { path, type, mode, uid, gid } = node;
  let line = `${path}\0${type}\0${mode}\0${uid}\0${gid}\0`;
  if (type === 'file') {
    if (node.digest === undefined) {
      throw new TreeError('TREE_INCONSISTENT', `Cannot compute the digest of a tree: the file ${JSON.stringify(path)} has no content digest`, {
        family: 'internal',
      });
    }
    line += `${node.size}\0${node.digest}\0`;
  } else if (type === 'symlink' || type === 'hardlink') line += `${node.link}\0${node.digest ?? ''}\0`;
  else if (type === 'char' || type === 'block') line += `${node.major ?? 0}\0${node.minor ?? 0}\0`;
  if (node.whiteout === 'opaque') line += 'opaque\0';
  if (node.xattrs) {
    for (const [name, value] of Object.entries(node.xattrs).sort(([a], [b]) => (a < b ? -1 : 1))) line += `${name}=${value}\0`;
  }
  return `${line}\n`;
}

function encoded(text: string): string | Buffer {
  return text.isWellFormed() ? text : nameToBytes(text);
}
