import { contentLayers, type PlanEntry } from '../../core/tree/index.ts';
import type { LayerCatalog } from '../index/index.ts';

const smallEntries = 64;
const smallFileBytes = 256 * 1024;

/** Whether a layer of these entries is packed in no time. No blob must be decompressed for it. */
export function isSmallLayer(entries: readonly PlanEntry[], layers: LayerCatalog): boolean {
  if (entries.length > smallEntries || entries.some((entry) => entry.size > smallFileBytes)) return false;
  return [...contentLayers(entries)].every((diffID) => layers.forms(diffID).dir);
}
