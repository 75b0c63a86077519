import { digestOf, type Digest } from '../../core/oci/index.ts';
import { comparePaths, joinPath, parentOf, type ContentSource, type FileTree, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import { elements } from './paths.ts';

/** A tree over entries that are held in memory, as read from an archive. Later entries replace earlier ones; missing parents are folders 0755 of 0:0. */
export class MemoryTree implements FileTree {
  readonly #entries = new Map<string, PlanEntry>();
  readonly #children = new Map<string, Set<string>>();
  readonly #digest: (content: ContentSource) => Promise<Digest>;

  /** `digest` computes the digests that entries lack. */
  constructor(entries: Iterable<PlanEntry>, digest: (content: ContentSource) => Promise<Digest> = digestOfInline) {
    this.#digest = digest;
    this.#children.set('', new Set());
    for (const entry of entries) this.#add(entry);
  }

  lookup(path: string): Promise<TreeNode | undefined> {
    return Promise.resolve(this.#entries.get(path) ?? (path === '' ? folderAt('') : undefined));
  }

  list(path: string): Promise<readonly TreeNode[]> {
    const children = [...(this.#children.get(path) ?? [])].sort(comparePaths);
    return Promise.resolve(children.map((child) => this.#entries.get(child)!));
  }

  async contentDigest(node: TreeNode): Promise<Digest> {
    const { digest, content } = this.#file(node);
    return digest ?? (await this.#digest(content ?? noContent));
  }

  content(node: TreeNode): Promise<ContentSource> {
    return Promise.resolve(this.#file(node).content ?? noContent);
  }

  #file(node: TreeNode): PlanEntry {
    const path = node.type === 'hardlink' ? node.link! : node.path;
    return this.#entries.get(path) ?? node;
  }

  #add(entry: PlanEntry): void {
    const { path } = entry;
    const before = this.#entries.get(path);
    if (path !== '') {
      const parent = parentOf(path);
      if (this.#entries.get(parent)?.type !== 'dir' && parent !== '') this.#addFolders(parent);
      this.#children.get(parent)!.add(path);
    }
    if (before?.type === 'dir' && entry.type !== 'dir') this.#removeBelow(path);
    if (entry.type === 'dir' && !this.#children.has(path)) this.#children.set(path, new Set());
    this.#entries.set(path, entry);
  }

  #addFolders(path: string): void {
    let at = '';
    for (const element of elements(path)) {
      at = joinPath(at, element);
      if (this.#entries.get(at)?.type !== 'dir') this.#add(folderAt(at));
    }
  }

  #removeBelow(path: string): void {
    for (const child of this.#children.get(path) ?? []) {
      this.#removeBelow(child);
      this.#entries.delete(child);
    }
    this.#children.delete(path);
  }
}

function folderAt(path: string): PlanEntry {
  return { path, type: 'dir', mode: 0o755, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 };
}

function digestOfInline(content: ContentSource): Promise<Digest> {
  if (content.kind !== 'inline') throw new Error(`no digest for content of kind ${content.kind}`);
  return Promise.resolve(digestOf(Buffer.from(content.data, 'base64')));
}

const noContent: ContentSource = { kind: 'inline', data: '' };
