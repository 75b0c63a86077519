import type { LayerEntry } from './entry.ts';
import { parentOf } from './path.ts';

/**
 * Folders of a layer that have no entry of their own and only show in the paths of what they hold, parents first. Their attributes are those of the layers below, so
 * that they differ from chain to chain. The root is not among them.
 */
export function impliedFolders(entries: readonly LayerEntry[]): readonly string[] {
  let implied = memo.get(entries);
  if (implied === undefined) {
    implied = findImplied(entries);
    memo.set(entries, implied);
  }
  return implied;
}

/** Forgets with the indexes. */
const memo = new WeakMap<readonly LayerEntry[], readonly string[]>();

function findImplied(entries: readonly LayerEntry[]): readonly string[] {
  const known = new Set(['']);
  for (const entry of entries) if (entry.type === 'dir' && entry.whiteout !== 'whiteout') known.add(entry.path);
  const implied: string[] = [];
  let lastParent = '';
  for (const { path } of entries) {
    const parent = parentOf(path);
    if (parent === lastParent) continue;
    lastParent = parent;
    const found: string[] = [];
    for (let at = parent; !known.has(at); at = parentOf(at)) {
      known.add(at);
      found.push(at);
    }
    implied.push(...found.reverse());
  }
  return implied;
}
