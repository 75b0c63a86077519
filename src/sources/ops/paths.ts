import { joinPath } from '../../core/tree/index.ts';

/** The elements of a path, without empty ones and `.`. */
export function elements(path: string): string[] {
  return path.split('/').filter((element) => element !== '' && element !== '.');
}

/** As joinPath, but the path may be '', which is the folder itself. */
export function below(folder: string, path: string): string {
  return path === '' ? folder : joinPath(folder, path);
}
