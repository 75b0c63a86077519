import { cleanGoPath } from '../../../core/go/index.ts';

/** As Go's `path.Join`: cleaned, without a slash at the end. */
export function joinPath(...parts: readonly string[]): string {
  return cleanGoPath(parts.filter((part) => part !== '').join('/'));
}

/** `path` under `parent`, cleaned, absolute; it cannot leave the root. */
export function absolutePath(parent: string, path: string): string {
  return path.startsWith('/') ? cleanGoPath(path) : joinPath('/', parent, path);
}

/** Whether a destination was written as a folder. */
export function endsAsFolder(path: string): boolean {
  return path === '' || path === '.' || path.endsWith('/') || path.endsWith('/.');
}
