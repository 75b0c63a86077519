import { compilePattern, hasWildcards, ignoreMatcher } from '../../core/match/index.ts';
import type { CopyOp, CopySource } from '../../decide/graph/index.ts';
import { baseName, cleanPath, joinPath, resolvePath, type FileTree, type TreeNode } from '../../core/tree/index.ts';
import { elements } from './paths.ts';
import { sourceMissing } from './source-missing.ts';

/** Something that a source of a copy selects: a file, or a folder with what is selected below it. */
export interface SelectedRoot {
  readonly tree: FileTree;
  /** The last element of the path as it was asked for, before symlinks were followed. */
  readonly name: string;
  /** The root itself comes first, with path ''. In the order of a walk. */
  readonly entries: readonly SelectedEntry[];
}

export interface SelectedEntry {
  /** Below the root. */
  readonly path: string;
  readonly node: TreeNode;
  /** False for a folder that is there only because something in it is included. */
  readonly included: boolean;
}

type PathsSource = CopySource & { kind: 'paths' };

/** Finds what a source selects, in order. Symlinks on the way and at the end of a path are followed; below a folder they are not. Errors: SOURCE_MISSING, BAD_PATTERN, TREE_SYMLINK_LOOP. */
export async function selectPaths(source: PathsSource, exclude: readonly string[], tree: FileTree): Promise<SelectedRoot[]> {
  const split = source.parents === undefined ? undefined : splitAtPivot(source.pattern, source.parents.pivot);
  const pattern = split === undefined ? source.pattern : split.root;
  const wildcard = source.wildcard && hasWildcards(pattern);
  const paths = wildcard ? await expandWildcards(tree, pattern) : [cleanPath(pattern)];
  if (paths.length === 0 && !source.allowEmpty) throw await sourceMissing(pattern, tree);
  if (split !== undefined && !hasWildcards(source.pattern)) await requirePath(source.pattern, tree);
  const include = split === undefined ? undefined : includeFilter(split.kept);
  const excluded = exclude.length === 0 ? undefined : ignoreMatcher(exclude);
  const roots: SelectedRoot[] = [];
  for (const path of paths) {
    const { path: followed, node = followed === '' ? emptyRoot : undefined } = await resolvePath(tree, path);
    if (node === undefined) throw await sourceMissing(path, tree);
    const entries: SelectedEntry[] = [{ path: '', node, included: true }];
    if (node.type === 'dir') await walk(tree, node, '', { include, excluded }, entries);
    roots.push({ tree, name: baseName(path), entries });
  }
  return roots;
}

interface Filters {
  readonly include: IncludeFilter | undefined;
  readonly excluded: { ignored(path: string): boolean; canSkipFolder(path: string): boolean } | undefined;
}

async function walk(tree: FileTree, folder: TreeNode, below: string, filters: Filters, entries: SelectedEntry[]): Promise<void> {
  const { include, excluded } = filters;
  for (const node of await tree.list(folder.path)) {
    const path = joinPath(below, baseName(node.path));
    const included = (include === undefined || include.included(path)) && !(excluded?.ignored(path) ?? false);
    if (node.type !== 'dir') {
      if (included) entries.push({ path, node, included });
      continue;
    }
    if (!included && ((include !== undefined && !include.reaches(path)) || (excluded?.canSkipFolder(path) ?? false))) continue;
    const count = entries.push({ path, node, included });
    await walk(tree, node, path, filters, entries);
    if (!included && entries.length === count) entries.pop();
  }
}

/** The paths that a wildcard pattern selects, in the order of a walk. Symlinks are followed before the first element with a wildcard, and not after. Errors: SOURCE_MISSING where the folder before it is missing. */
export async function expandWildcards(tree: FileTree, pattern: string): Promise<string[]> {
  const parts = elements(pattern);
  const first = parts.findIndex(hasWildcards);
  if (first < 0) return [parts.join('/')];
  const tests = parts.slice(first).map(compilePattern);
  const prefix = parts.slice(0, first).join('/');
  const { path: start, node } = await resolvePath(tree, prefix);
  if (start !== '' && node === undefined) throw await sourceMissing(prefix, tree);
  let level = [start];
  for (const [index, test] of tests.entries()) {
    const next: string[] = [];
    for (const folder of level) {
      for (const node of await tree.list(folder)) {
        if (index < tests.length - 1 && node.type !== 'dir') continue;
        if (test(baseName(node.path))) next.push(node.path);
      }
    }
    level = next;
  }
  return level;
}

interface IncludeFilter {
  included(path: string): boolean;
  /** Whether something below the folder may be included; so it is where the folder itself is. */
  reaches(path: string): boolean;
}

/** What --parents selects: the pattern itself and all that is below what it matches. `**` stands for any number of folders. */
function includeFilter(pattern: string): IncludeFilter {
  if (pattern === '') return { included: () => true, reaches: () => true };
  const matcher = ignoreMatcher([pattern]);
  const parts = elements(pattern);
  const deep = parts.findIndex((part) => part.includes('**'));
  const tests = (deep < 0 ? parts : parts.slice(0, deep)).map(compilePattern);
  return {
    included: (path) => matcher.ignored(path),
    reaches: (path) => matcher.ignored(path) || path.split('/').every((element, index) => tests[index]?.(element) ?? deep >= 0),
  };
}

/** Divides a --parents pattern into the folder that is walked and the pattern that is kept below the destination. */
function splitAtPivot(pattern: string, pivot: string): { root: string; kept: string } {
  const whole = elements(pattern);
  const head = elements(pivot);
  const hasHead = head.length > 0 && head.every((element, index) => whole[index] === element);
  return hasHead ? { root: head.join('/'), kept: whole.slice(head.length).join('/') } : { root: '', kept: whole.join('/') };
}

/** A path of --parents without wildcards must be there. */
async function requirePath(path: string, tree: FileTree): Promise<void> {
  const { path: followed, node } = await resolvePath(tree, path, { followLast: false });
  if (followed !== '' && node === undefined) throw await sourceMissing(path, tree);
}

const emptyRoot: TreeNode = { path: '', type: 'dir', mode: 0o755, uid: 0, gid: 0, size: 0, mtimeSec: 0, mtimeNs: 0 };

/** Selects for all sources of a copy; inline sources have no roots. `inputs` are by input number. */
export async function select(op: CopyOp, inputs: readonly (FileTree | undefined)[]): Promise<SelectedRoot[][]> {
  const selected: SelectedRoot[][] = [];
  for (const source of op.sources) selected.push(source.kind === 'inline' ? [] : await selectPaths(source, op.exclude, inputs[source.input]!));
  return selected;
}
