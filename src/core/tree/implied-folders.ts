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
  for (const entry of entries) if (entry.type === 'dir' && entry.whiteout !== 'whiteout' && !entry.implied) known.add(entry.path);
  const implied: string[] = [];
  let lastLowest = '';
  for (const entry of entries) {
    const lowest = entry.implied ? entry.path : parentOf(entry.path);
    if (lowest === lastLowest) continue;
    lastLowest = lowest;
    const found: string[] = [];
    for (let at = lowest; !known.has(at); at = parentOf(at)) {
      known.add(at);
      found.push(at);
    }
    implied.push(...found.reverse());
  }
  return implied;
}
