import { createHash } from 'node:crypto';
import type { CopyOp } from '../../decide/graph/index.ts';
import { digestOf, type Digest } from '../../core/oci/index.ts';
import { FirstCopies } from './first-copies.ts';
import type { SelectedRoot } from './select.ts';

/** What of a selection counts besides names, kinds, modes, extended attributes and contents. */
export interface SelectionUse {
  readonly keepsOwner: boolean;
  /** The attributes of a selected folder do not count. */
  readonly contentsOnly: boolean;
}

/** The digest of what is selected, without times. */
export async function selectionDigest(roots: readonly SelectedRoot[], { keepsOwner, contentsOnly }: SelectionUse): Promise<Digest> {
  const hash = createHash('sha256');
  let text = '';
  for (const root of roots) {
    text += `${JSON.stringify(['root', root.name])}\n`;
    const firstNames = new FirstCopies<string>(root.entries);
    for (const { path, node, included } of root.entries) {
      if (path === '' && node.type === 'dir' && contentsOnly) continue;
      const fields: unknown[] = [path, node.type === 'hardlink' ? 'file' : node.type, included, node.mode];
      if (keepsOwner) fields.push(node.uid, node.gid);
      if (node.xattrs !== undefined) fields.push(Object.entries(node.xattrs).sort(byName));
      if (node.type === 'symlink') fields.push(node.link);
      else if (node.type === 'char' || node.type === 'block') fields.push(node.major ?? 0, node.minor ?? 0);
      else if (node.type === 'file' || node.type === 'hardlink') {
        const first = firstNames.find(node);
        if (first === undefined) firstNames.add(node, path);
        fields.push(first === undefined ? (node.digest ?? (await root.tree.contentDigest(node))) : ['link', first]);
      }
      text += `${JSON.stringify(fields)}\n`;
      if (text.length > 65_536) {
        hash.update(text);
        text = '';
      }
    }
  }
  return `sha256:${hash.update(text).digest('hex')}` as Digest;
}

/** Names one source of a copy in the memory of selection digests. */
export function selectorOf(op: CopyOp, index: number): string {
  return digestOf(JSON.stringify([op.sources[index], op.exclude, op.keepOwner, op.chown === undefined]));
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
