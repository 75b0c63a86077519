import type { DiffID } from '../oci/index.ts';
import type { LayerEntry, LayerIndex } from './entry.ts';
import { baseName, parentOf } from './path.ts';

/** One layer's index, made for questions. */
export interface LayerView {
  readonly diffID: DiffID;
  get(path: string): LayerEntry | undefined;
  /** Names in a folder, whiteouts and folders that are only implied included. */
  children(path: string): readonly string[];
  /** Whether this layer lets nothing of the layers below show at the path: one of its parents is deleted, opaque, or no folder. */
  hidesBelow(path: string): boolean;
}

/** Made once for an index, on the first question. */
export function layerView(index: LayerIndex): LayerView {
  let view = views.get(index);
  if (view === undefined) {
    view = new IndexView(index);
    views.set(index, view);
  }
  return view;
}

/** A memo only: forgets with the indexes. */
const views = new WeakMap<LayerIndex, LayerView>();

class IndexView implements LayerView {
  readonly diffID: DiffID;
  readonly #entries = new Map<string, LayerEntry>();
  readonly #index: LayerIndex;
  #children: Map<string, string[]> | undefined;

  constructor(index: LayerIndex) {
    this.diffID = index.diffID;
    this.#index = index;
    for (const entry of index.entries) this.#entries.set(entry.path, entry);
  }

  get(path: string): LayerEntry | undefined {
    return this.#entries.get(path);
  }

  children(path: string): readonly string[] {
    this.#children ??= this.#group();
    return this.#children.get(path) ?? [];
  }

  hidesBelow(path: string): boolean {
    if (this.#entries.size === 0) return false;
    for (let at = path; at !== '';) {
      at = parentOf(at);
      const entry = this.#entries.get(at);
      if (entry && (entry.whiteout !== undefined || entry.type !== 'dir')) return true;
    }
    return false;
  }

  #group(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    const known = new Set<string>();
    for (const entry of this.#index.entries) {
      // Parents that have no entry of their own are children of their parents too.
      for (let path = entry.path; path !== '' && !known.has(path); path = parentOf(path)) {
        known.add(path);
        const parent = parentOf(path);
        const group = groups.get(parent);
        if (group) group.push(baseName(path));
        else groups.set(parent, [baseName(path)]);
      }
    }
    return groups;
  }
}
