import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { OpsError } from './error.ts';

/** Runs git and gives its output. Errors: GIT_FAILED, GIT_REF_MISSING, GIT_UNAUTHORIZED, GIT_REDIRECTED. */
export type Git = (
  args: readonly string[],
  options?: { readonly env?: Record<string, string>; /** A failure is an answer: it is not shown. */ readonly quiet?: boolean },
) => Promise<string>;

/**
 * Checks out the submodules of a folder, and theirs. Git is not to follow redirects of the server whose credentials it has, so that they go nowhere else:
 * `moved` gives the URL to which such a server redirects. Errors: those of `git` and `moved`.
 */
export async function updateSubmodules(git: Git, folder: string, moved: (url: string) => Promise<string>): Promise<void> {
  if (lstatSync(join(folder, '.gitmodules'), { throwIfNoEntry: false })?.isFile() !== true) return;
  const at = ['-C', folder];
  await git([...at, 'submodule', '--quiet', 'init']);
  const update = (): Promise<string> => git([...at, 'submodule', '--quiet', 'update', '--depth=1']);
  try {
    await update();
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'GIT_REDIRECTED') throw error;
    const settings = await git([...at, 'config', '--local', '-z', '--get-regexp', '^submodule\\..*\\.url$']);
    for (const setting of settings.split('\0').slice(0, -1)) {
      const end = setting.indexOf('\n');
      const url = setting.slice(end + 1);
      const found = await moved(url);
      if (found !== url) await git([...at, 'config', '--local', setting.slice(0, end), found]);
    }
    await update();
  }
  const paths = await git([...at, 'submodule', '--quiet', 'foreach', 'printf "%s\\0" "$PWD"']);
  for (const path of paths.split('\0')) if (path.startsWith(`${folder}/`)) await updateSubmodules(git, path, moved);
}
