import { ContentError } from '../../host/content/index.ts';
import type { CopyOp, HttpOp, GitOp, MkdirOp, RunOp, Vertex } from '../../decide/graph/index.ts';
import { baseTreeID, chainTreeID, layerTree, type FileTree, type LayerIndex, type PlanEntry, type TreeNode } from '../../core/tree/index.ts';
import type { DiffID, TreeID } from '../../core/oci/index.ts';
import { digestOf } from '../../core/oci/index.ts';
import type { LayersResult, OpRunners, Result, StepContext } from '../../decide/solver/index.ts';
import type { LayerForms, LayerRecord, WriteLayerRequest } from '../../layers/index/index.ts';
import { readArchive } from './archive.ts';
import { CacheFolders } from './cache-folders.ts';
import { contentReader } from './content-reader.ts';
import { ContextTree } from './context-tree.ts';
import { planSelected } from './copy.ts';
import { OpsError } from './error.ts';
import { GitSource, type GitPorts } from './git.ts';
import { HttpSource, type HttpPorts } from './http.ts';
import { planMkdir } from './mkdir.ts';
import { runKeyParts, runStep, type RunPorts } from './run.ts';
import { selectPaths, type SelectedRoot } from './select.ts';
import { selectionDigest, selectorOf } from './selection-digest.ts';

/** What the runners need from outside. */
export interface RunnerPorts extends RunPorts, Pick<HttpPorts, 'http' | 'downloadRetry'>, Pick<GitPorts, 'caFiles'> {
  /** Whether the index of a layer is in the store. */
  readonly isIndexed: (diffID: DiffID) => boolean;
  /** The index of a layer, fetched where it is not there. */
  readonly loadIndex: (diffID: DiffID) => Promise<LayerIndex>;
  readonly readLayerContent: (diffID: DiffID, path: string) => AsyncIterable<Uint8Array>;
  /** The tree of a folder of the user's by the name that LocalOp has. */
  readonly localTree: (name: string) => Promise<FileTree> | FileTree;
  /** Remembers what was computed over things named by digest. */
  readonly memo: { get(key: string): string | undefined; set(key: string, value: string): void };
  /** The environment that programs get, and in which they are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Returns when the bytes of each layer are in the store. */
  readonly ensureReadable: (layers: readonly DiffID[]) => Promise<void>;
  readonly writeLayer: (request: WriteLayerRequest, signal: AbortSignal) => Promise<LayerRecord>;
}

/** Runners for all kinds of ops. */
export function createRunners(ports: RunnerPorts): OpRunners {
  const trees = new Map<string, FileTree>();
  const selections = new WeakMap<Vertex, SelectedRoot[][]>();
  const readContent = contentReader(ports.readLayerContent);
  const cacheFolders = new CacheFolders({
    store: ports.store,
    mappingID: ports.mapping.id,
    remove: async (folder, signal) => {
      const left = await (await ports.worker()).removeFolders([folder], signal);
      if (left.length === 0) return;
      throw new ContentError('STORE_UNUSABLE', `Cannot empty the cache mount in ${folder}: files in it cannot be removed`, {
        family: 'filesystem',
        hint: 'Remove the folder as root.',
      });
    },
  });
  const http = new HttpSource(ports);
  const git = new GitSource(ports);

  const treeOf = (result: Result): FileTree => {
    if (result.kind === 'local') return result.tree;
    const key = result.layers.join(' ');
    let tree = trees.get(key);
    if (tree === undefined) trees.set(key, (tree = layerTree(result.layers, ports.loadIndex)));
    return tree;
  };

  const copyKeyParts = async (vertex: Vertex, op: CopyOp, inputs: readonly Result[]): Promise<string[]> => {
    const parts = op.link ? [] : [layersOf(inputs[0]).treeID as string];
    const selected: SelectedRoot[][] = [];
    for (const [index, source] of op.sources.entries()) {
      const input = source.kind === 'paths' ? inputs[source.input] : undefined;
      if (source.kind === 'inline' || input === undefined) continue;
      const memoKey = input.kind === 'layers' ? `selection:${input.treeID}:${selectorOf(op, index)}` : undefined;
      const known = memoKey === undefined ? undefined : ports.memo.get(memoKey);
      if (known !== undefined) {
        parts.push(known);
        continue;
      }
      const roots = await selectPaths(source, op.exclude, treeOf(input));
      selected[index] = roots;
      const digest = await selectionDigest(roots, { keepsOwner: op.keepOwner && op.chown === undefined, contentsOnly: source.contentsOnly });
      if (memoKey !== undefined) ports.memo.set(memoKey, digest);
      if (input.kind === 'local' && input.tree instanceof ContextTree) input.tree.save();
      parts.push(digest);
    }
    selections.set(vertex, selected);
    return parts;
  };

  const shownContents = async (op: RunOp, inputs: readonly LayersResult[]): Promise<string[]> => {
    const parts: string[] = [layersOf(inputs[0]).treeID];
    for (const mount of op.mounts) {
      if ((mount.kind !== 'bind' && mount.kind !== 'cache') || mount.input === undefined) continue;
      parts.push(await mountedContent(layersOf(inputs[mount.input]), mount.source));
    }
    return parts;
  };

  /**
   * The content id of what a mount shows: the digest of what is at `source`, as for a copy. Where that is not known and the image was never read, its layers decide,
   * so that no key asks for a download; that answer stays, since the next build must find what is recorded under it.
   */
  const mountedContent = async (input: LayersResult, source: string): Promise<string> => {
    const memoKey = `mounted:${input.treeID}:${source}`;
    const known = ports.memo.get(memoKey);
    if (known !== undefined) return known;
    const content = input.layers.every(ports.isIndexed) ? await digestMounted(treeOf(input), source) : undefined;
    const id = content ?? `${input.treeID} ${source}`;
    ports.memo.set(memoKey, id);
    return id;
  };

  const selectFor = async (vertex: Vertex, op: CopyOp, inputs: readonly Result[]): Promise<SelectedRoot[][]> => {
    const known = selections.get(vertex) ?? [];
    selections.delete(vertex);
    const all: SelectedRoot[][] = [];
    for (const [index, source] of op.sources.entries()) {
      all.push(source.kind === 'inline' ? [] : (known[index] ?? (await selectPaths(source, op.exclude, treeOf(inputs[source.input]!)))));
    }
    return all;
  };

  const runCopy = async (vertex: Vertex, op: CopyOp, inputs: readonly Result[], context: StepContext): Promise<LayersResult> => {
    const base = op.link ? scratch() : layersOf(inputs[0]);
    // It starts while we plan, for this layer and for the step on top of it; who waits for it hears of a failure.
    if (context.hints.mounted) ports.worker().catch(() => {});
    const selected = await selectFor(vertex, op, inputs);
    context.signal.throwIfAborted();
    const openArchive = async (tree: FileTree, node: TreeNode): Promise<PlanEntry[] | undefined> =>
      readArchive(readContent(await tree.content(node)), `/${node.path}`, {
        stagingFolder: () => ports.store.tempDir(),
        searchPath: ports.env.PATH,
        signal: context.signal,
        archiveBytes: node.size,
      });
    const entries = await planSelected(op, selected, op.link ? undefined : treeOf(base), { readContent, openArchive, now: ports.now, signal: context.signal });
    return withLayer(base, entries, context);
  };

  const runMkdir = async (op: MkdirOp, base: LayersResult, context: StepContext): Promise<LayersResult> =>
    withLayer(base, await planMkdir(op, treeOf(base), { readContent, now: ports.now }), context);

  const withLayer = async (base: LayersResult, entries: readonly PlanEntry[], context: StepContext): Promise<LayersResult> => {
    const sources = new Set(entries.flatMap((entry) => (entry.content?.kind === 'layer' ? [entry.content.diffID] : [])));
    await ports.ensureReadable([...sources]);
    const { exported, mounted } = context.hints;
    const forms: LayerForms = { dir: mounted, tar: !mounted && !exported, ...(exported ? { blob: ports.compression ?? { compression: 'gzip' } } : {}) };
    const sourceDateEpoch = ports.sourceDateEpoch();
    const request: WriteLayerRequest = { entries, forms, ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }) };
    const layer = await ports.writeLayer(request, context.signal);
    if (layer.blob !== undefined) ports.store.blobs.trust(layer.blob.digest);
    return {
      kind: 'layers',
      treeID: chainTreeID(base.treeID, layer.contentDigest, layer.entryCount),
      layers: [...base.layers, layer.diffID],
      createdAtMs: ports.now(),
    };
  };

  return {
    async keyParts(vertex, inputs, signal) {
      const { op } = vertex;
      switch (op.kind) {
        case 'scratch':
        case 'image':
        case 'oci-layout':
        case 'local':
        case 'merge':
          // Nothing is done for these, so that there is nothing to remember.
          return undefined;
        case 'mkdir':
          return inputs.map((input) => layersOf(input).treeID);
        case 'run':
          return runKeyParts(await shownContents(op, inputs.map(layersOf)), ports);
        case 'copy':
          return copyKeyParts(vertex, op, inputs);
        case 'http':
          return http.keyParts(vertex as Vertex & { op: HttpOp }, signal);
        case 'git':
          return git.keyParts(vertex as Vertex & { op: GitOp }, signal);
        default:
          return op satisfies never;
      }
    },

    async run(vertex, inputs, context) {
      const { op } = vertex;
      switch (op.kind) {
        case 'scratch':
          return scratch();
        case 'image':
        case 'oci-layout':
          return { kind: 'layers', treeID: baseTreeID(op.diffIDs), layers: op.diffIDs };
        case 'local':
          return { kind: 'local', name: op.name, tree: await ports.localTree(op.name) };
        case 'merge':
          return mergeOf(layersOf(inputs[0]), layersOf(inputs[1]));
        case 'mkdir':
          return runMkdir(op, layersOf(inputs[0]), context);
        case 'copy':
          return runCopy(vertex, op, inputs, context);
        case 'run':
          return runStep(vertex as Vertex & { op: RunOp }, inputs.map(layersOf), context, { ...ports, cacheFolders });
        case 'http':
          return withLayer(scratch(), await http.fetch(vertex as Vertex & { op: HttpOp }, context), context);
        case 'git':
          return withLayer(scratch(), await git.checkout(vertex as Vertex & { op: GitOp }, context), context);
        default:
          return op satisfies never;
      }
    },
  };
}

/** Undefined where there is nothing at `source`: the step then fails and says so. */
async function digestMounted(tree: FileTree, source: string): Promise<string | undefined> {
  const pattern = { kind: 'paths', input: 0, pattern: source, wildcard: false, allowEmpty: false, contentsOnly: false, unpack: false } as const;
  try {
    const [root] = await selectPaths(pattern, [], tree);
    return await selectionDigest([{ ...root!, name: '' }], { keepsOwner: true, contentsOnly: false });
  } catch (error) {
    if (error instanceof OpsError && error.code === 'SOURCE_MISSING') return undefined;
    throw error;
  }
}

/** The layers of one state on top of another. */
function mergeOf(below: LayersResult, above: LayersResult): LayersResult {
  const treeID = above.treeID === scratch().treeID ? below.treeID : (digestOf(`merge\n${below.treeID}\n${above.treeID}\n`) as string as TreeID);
  const { createdAtMs } = above;
  return { kind: 'layers', treeID, layers: [...below.layers, ...above.layers], ...(createdAtMs === undefined ? {} : { createdAtMs }) };
}

function scratch(): LayersResult {
  return { kind: 'layers', treeID: baseTreeID([]), layers: [] };
}

function layersOf(result: Result | undefined): LayersResult {
  if (result?.kind !== 'layers') throw new Error(`an op that needs layers was given ${result?.kind ?? 'nothing'}`);
  return result;
}
