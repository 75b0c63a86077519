import { posix } from 'node:path';

/** As Go's `path.Join`: cleaned, without a slash at the end. */
export function joinPath(...parts: readonly string[]): string {
  return cleanPath(posix.join(...parts));
}

/** As Go's `path.Clean`. */
export function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

/** `path` under `parent`, cleaned, absolute; it cannot leave the root. */
export function absolutePath(parent: string, path: string): string {
  return path.startsWith('/') ? cleanPath(path) : joinPath('/', parent, path);
}

/** As BuildKit keeps a WORKDIR: a relative one is joined and cleaned, an absolute one stays as it was written. */
export function workingDir(current: string, path: string): string {
  if (path.startsWith('/')) return path;
  return path === '' ? current || '/' : joinPath('/', current, path);
}

/** Whether a destination was written as a folder. */
export function endsAsFolder(path: string): boolean {
  return path === '' || path === '.' || path.endsWith('/') || path.endsWith('/.');
}

/** Whether a path has `*`, `?` or `[` that no backslash takes the meaning from. */
export function hasWildcard(path: string): boolean {
  return /^(?:[^\\*?[]|\\[^])*[*?[]/.test(path);
}
