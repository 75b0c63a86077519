import type { DiffID } from '../oci/index.ts';
import type { PlanEntry } from './entry.ts';

/** The layers whose files the entries have. */
export function contentLayers(entries: readonly PlanEntry[]): ReadonlySet<DiffID> {
  const layers = new Set<DiffID>();
  for (const { content } of entries) if (content?.kind === 'layer') layers.add(content.diffID);
  return layers;
}
