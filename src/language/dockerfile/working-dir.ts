import { cleanGoPath } from '../../core/go/index.ts';

/** As BuildKit keeps a WORKDIR: a relative one is joined to `current` and cleaned, an absolute one stays as it was written. */
export function workingDir(current: string, path: string): string {
  if (path.startsWith('/')) return path;
  return path === '' ? current || '/' : cleanGoPath(`/${current}/${path}`);
}
