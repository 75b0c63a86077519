import type { GitOp, HttpOp } from '../../graph/index.ts';
import { parseDigest } from '../../../core/oci/index.ts';
import { frontendError } from '../error.ts';
import { parseGitReference, type GitReference } from '../git-reference.ts';
import { cleanGoPath } from '../../../core/go/index.ts';

export interface RemoteOptions {
  /** Expanded. */
  readonly checksum?: string | undefined;
  readonly keepGitDir?: boolean | undefined;
}

/** A source of ADD that is a git repository or a URL; undefined where it is a path. Errors: GIT_REFERENCE, COPY_CHECKSUM. */
export function remoteSource(text: string, options: RemoteOptions): GitOp | HttpOp | undefined {
  const git = parseGitReference(text, { knownGit: options.keepGitDir !== undefined });
  if (git !== undefined) return gitSource(text, git, options);
  if (!/^https?:\/\//.test(text)) return undefined;
  return {
    kind: 'http',
    url: text,
    filename: filenameOf(text),
    ...(options.checksum ? { checksum: parseDigest(options.checksum) } : {}),
  };
}

function gitSource(text: string, git: GitReference, options: RemoteOptions): GitOp {
  const fail = (found: string): Error => frontendError('GIT_REFERENCE', `Cannot add ${text}: ${found}`, 'Say it once, as a flag or in the URL.');
  if (options.keepGitDir !== undefined && git.keepGitDir !== undefined && options.keepGitDir !== git.keepGitDir)
    throw fail('inconsistent keep-git-dir configuration');
  if (options.checksum && git.checksum && options.checksum !== git.checksum)
    throw fail(`checksum mismatch ${JSON.stringify(options.checksum)} != ${JSON.stringify(git.checksum)}`);
  const checksum = git.checksum ?? (options.checksum || undefined);
  if (checksum !== undefined && !/^[0-9a-f]{7,64}$/i.test(checksum)) {
    throw frontendError(
      'COPY_CHECKSUM',
      `Cannot add ${text}: checksum ${JSON.stringify(checksum)} is no commit`,
      'Give the hex digits of the commit, at least seven.',
    );
  }
  return {
    kind: 'git',
    url: git.url,
    ...(git.ref !== undefined && { ref: git.ref }),
    ...(git.subdir !== undefined && { subdir: git.subdir }),
    ...(checksum !== undefined && { checksum }),
    keepGitDir: git.keepGitDir ?? options.keepGitDir ?? false,
    submodules: git.submodules ?? true,
    ...(git.mtime !== undefined && { mtime: git.mtime }),
    ...(git.fetchByCommit !== undefined && { fetchByCommit: git.fetchByCommit }),
  };
}

/** The last part of the URL's path. */
function filenameOf(url: string): string {
  const path = /^https?:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? '';
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // a percent sign that is meant as it stands
  }
  const base = cleanGoPath(decoded).split('/').at(-1) ?? '';
  return base === '' || base === '.' || base === '..' ? '__unnamed__' : base;
}
