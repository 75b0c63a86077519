import type { Vertex } from '../../graph/index.ts';
import type { ImageConfig } from '../../../core/oci/index.ts';
import { redactURLs } from '../../../core/redact.ts';
import type { HistoryEntry } from '../request.ts';
import type { StageState } from './stage.ts';

const comment = 'buildkit.dockerfile.v0';

/** An entry for an instruction that changes the config only. */
export function addHistory(stage: StageState, createdBy: string): void {
  stage.history.push({ createdBy: redactURLs(createdBy), comment, emptyLayer: true });
}

/** An entry for an instruction that makes a layer. */
export function addLayerHistory(stage: StageState, createdBy: string, vertex: Vertex): void {
  stage.history.push({ createdBy: redactURLs(createdBy), comment, emptyLayer: false, vertex });
}

export function inheritedHistory(config: ImageConfig): HistoryEntry[] {
  return (config.history ?? []).map((entry) => ({
    created: entry.created,
    createdBy: entry.created_by,
    comment: entry.comment,
    author: entry.author,
    emptyLayer: entry.empty_layer === true,
  }));
}
