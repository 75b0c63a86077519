import type { CopyOp, CopySource } from '../../decide/graph/index.ts';
import type { FileTree, PlanEntry } from '../../core/tree/index.ts';
import { contentReader } from './content-reader.ts';
import type { CopyPorts } from './copy.ts';
import { MemoryTree } from './memory-tree.ts';

/** For tests: a tree from lines `PATH/`, `PATH=content`, `PATH -> target`, `PATH => first name`, each followed by ` mode` and ` uid:gid` where wanted. */
export function treeOf(...lines: readonly string[]): FileTree {
  return new MemoryTree(lines.map(parseLine));
}

/** Entries as `type mode uid:gid path`, with the target or content. */
export function linesOf(entries: readonly PlanEntry[]): string[] {
  return entries.map((entry) => {
    const content = entry.content?.kind === 'inline' ? `=${Buffer.from(entry.content.data, 'base64').toString('utf8')}` : '';
    const arrow = entry.type === 'hardlink' ? ' => ' : ' -> ';
    const link = entry.link === undefined ? '' : `${arrow}${entry.link}`;
    const kind = entry.whiteout === 'whiteout' ? 'whiteout' : entry.whiteout === 'opaque' ? `opaque ${entry.type}` : entry.type;
    return entry.whiteout === 'whiteout'
      ? `${kind} ${entry.path}`
      : `${kind} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${entry.path}${content}${link}`;
  });
}

export function pathsSource(pattern: string, more: Partial<CopySource & { kind: 'paths' }> = {}): CopySource {
  return { kind: 'paths', input: 1, pattern, wildcard: true, allowEmpty: true, contentsOnly: true, unpack: false, ...more };
}

export function copyOp(sources: readonly (string | CopySource)[], destination: string, more: Partial<CopyOp> = {}): CopyOp {
  return {
    kind: 'copy',
    sources: sources.map((source) => (typeof source === 'string' ? pathsSource(source) : source)),
    destination,
    destinationIsDir: destination.endsWith('/'),
    exclude: [],
    keepOwner: false,
    link: false,
    ...more,
  };
}

export const readContent = contentReader(() => {
  throw new Error('no layers here');
});

export const testPorts: CopyPorts = { readContent, openArchive: () => Promise.resolve(undefined), now: () => 1_700_000_000_500 };

function parseLine(line: string): PlanEntry {
  const options = / (?<mode>[0-7]{3,4})?(?: ?(?<uid>\d+):(?<gid>\d+))?$/.exec(line);
  const text = options === null ? line : line.slice(0, options.index);
  const groups = options?.groups ?? {};
  const mode = groups.mode === undefined ? undefined : Number.parseInt(groups.mode, 8);
  const rest = { uid: Number(groups.uid ?? 0), gid: Number(groups.gid ?? 0), mtimeSec: 1, mtimeNs: 0 };
  if (text.includes(' -> ')) {
    const [path = '', link = ''] = text.split(' -> ');
    return { path, type: 'symlink', mode: 0o777, size: 0, link, ...rest };
  }
  if (text.includes(' => ')) {
    const [path = '', link = ''] = text.split(' => ');
    return { path, type: 'hardlink', mode: mode ?? 0o644, size: 1, link, ...rest };
  }
  if (text.endsWith('/')) return { path: text.slice(0, -1), type: 'dir', mode: mode ?? 0o755, size: 0, ...rest };
  const equals = text.indexOf('=');
  const path = equals < 0 ? text : text.slice(0, equals);
  const data = Buffer.from(equals < 0 ? '' : text.slice(equals + 1));
  return { path, type: 'file', mode: mode ?? 0o644, size: data.length, content: { kind: 'inline', data: data.toString('base64') }, ...rest };
}
