import type { Digest, DiffID } from '../oci/index.ts';
import type { ContentSource, FileTree, LayerEntry, LayerIndex, TreeNode } from './entry.ts';
import { TreeError } from './error.ts';
import { layerView, type LayerView } from './layer-view.ts';
import { baseName, compareBytes, joinPath } from './path.ts';

/**
 * The union view of a chain of layers, lowest first. Asked from the top, and a lower layer's index is loaded only when the answer depends on it. Follows overlayfs:
 * whiteouts and whatever is no folder hide what is below, opaque folders hide what they would merge with.
 */
export function layerTree(layers: readonly DiffID[], load: (diffID: DiffID) => Promise<LayerIndex>): FileTree {
  return new LayerTree(layers, load);
}

/** An entry and the layer that it is in. */
interface Found {
  readonly view: LayerView;
  readonly entry: LayerEntry;
}

class LayerTree implements FileTree {
  /** Topmost first. */
  readonly #layers: readonly DiffID[];
  readonly #load: (diffID: DiffID) => Promise<LayerIndex>;
  readonly #views: (LayerView | undefined)[];

  constructor(layers: readonly DiffID[], load: (diffID: DiffID) => Promise<LayerIndex>) {
    this.#layers = layers.toReversed();
    this.#load = load;
    this.#views = Array.from({ length: layers.length });
  }

  async lookup(path: string): Promise<TreeNode | undefined> {
    const found = await this.#find(path);
    return found && (found === 'implied' ? impliedFolder(path) : nodeOf(found));
  }

  async list(path: string): Promise<readonly TreeNode[]> {
    const children = new Map<string, Found | 'hidden' | 'implied'>();
    for (let i = 0; i < this.#layers.length; i++) {
      const view = this.#views[i] ?? (await this.#view(i));
      const entry = view.get(path);
      if (entry && (entry.whiteout === 'whiteout' || entry.type !== 'dir')) break;
      for (const name of view.children(path)) {
        const known = children.get(name);
        if (known !== undefined) continue;
        const child = view.get(joinPath(path, name));
        children.set(name, child === undefined || child.implied ? 'implied' : child.whiteout === 'whiteout' ? 'hidden' : { view, entry: child });
      }
      if (entry?.whiteout === 'opaque' || view.hidesBelow(path)) break;
    }
    const nodes: TreeNode[] = [];
    for (const [name, found] of children) {
      if (found === 'hidden') continue;
      const node = found === 'implied' ? await this.lookup(joinPath(path, name)) : nodeOf(found);
      if (node) nodes.push(node);
    }
    return nodes.sort((a, b) => compareBytes(baseName(a.path), baseName(b.path)));
  }

  async contentDigest(node: TreeNode): Promise<Digest> {
    const digest = node.digest ?? (await this.lookup(node.path))?.digest;
    if (digest === undefined) throw noFile(node.path);
    return digest;
  }

  async content(node: TreeNode): Promise<ContentSource> {
    const found = await this.#find(node.path);
    if (!found || found === 'implied' || (found.entry.type !== 'file' && found.entry.type !== 'hardlink')) throw noFile(node.path);
    const { entry, view } = found;
    return { kind: 'layer', diffID: view.diffID, path: entry.type === 'hardlink' ? entry.link! : entry.path };
  }

  /** The topmost entry at the path. 'implied': a folder that only shows in the paths of what it holds, or by the mark that makes it opaque. */
  async #find(path: string): Promise<Found | 'implied' | undefined> {
    let implied = path === '';
    for (let i = 0; i < this.#layers.length; i++) {
      const view = this.#views[i] ?? (await this.#view(i));
      const entry = view.get(path);
      if (entry && !entry.implied) {
        if (entry.whiteout === 'whiteout') break;
        // A folder above hides a file below; only a folder gives it its attributes.
        return implied && entry.type !== 'dir' ? 'implied' : { view, entry };
      }
      implied ||= entry !== undefined || view.children(path).length > 0;
      if (view.hidesBelow(path)) break;
    }
    return implied ? 'implied' : undefined;
  }

  async #view(i: number): Promise<LayerView> {
    return (this.#views[i] = layerView(await this.#load(this.#layers[i]!)));
  }
}

function nodeOf({ view, entry }: Found): TreeNode {
  if (entry.type === 'hardlink') {
    const target = view.get(entry.link!);
    if (!target)
      throw new TreeError('TREE_INCONSISTENT', `Cannot use the hard link ${JSON.stringify(entry.path)}: its layer does not hold ${entry.link}`, {
        family: 'validation',
      });
    const { whiteout: _, offset: _offset, ...node } = target;
    // A second name of a symlink, device or pipe is shown as one more of them.
    if (target.type !== 'file') return { ...node, path: entry.path };
    return { ...node, path: entry.path, type: 'hardlink', link: entry.link! };
  }
  const { whiteout: _, offset: _offset, ...node } = entry;
  return node;
}

/** A folder that no layer has an entry for. */
export function impliedFolder(path: string): TreeNode {
  return { path, type: 'dir', mode: 0o755, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 };
}

function noFile(path: string): TreeError {
  return new TreeError('TREE_INCONSISTENT', `Cannot read ${JSON.stringify(`/${path}`)}: it is no file`, { family: 'internal' });
}
