import type { GitOp } from '../../decide/graph/index.ts';
import { OpsError } from './error.ts';
import { shownRemote } from './git-failure.ts';

/** What a ref of a remote repository means. */
export interface RemoteRef {
  readonly commit: string;
  /** The full name of the ref, to fetch it by; absent where the op names a commit. */
  readonly name: string | undefined;
  /** The object of an annotated tag. */
  readonly tag: string | undefined;
}

export function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(ref);
}

/** Reads the answer of `git ls-remote`. Where a branch and a tag have the same name the branch is meant, as git checkout has it. Errors: GIT_REF_MISSING. */
export function commitOf(answer: string, op: GitOp): RemoteRef {
  const refs = new Map<string, string>();
  for (const line of answer.split('\n')) {
    const [id, name] = line.split('\t');
    if (id !== undefined && name !== undefined && isCommit(id)) refs.set(name, id);
  }
  const ref = op.ref ?? 'HEAD';
  const short = ref.replace(/^refs\//, '');
  for (const name of [op.ref === undefined ? 'HEAD' : `refs/${short}`, `refs/heads/${short}`, `refs/tags/${short}`]) {
    const id = refs.get(name);
    if (id === undefined) continue;
    const peeled = refs.get(`${name}^{}`);
    return { commit: peeled ?? id, name, tag: peeled === undefined ? undefined : id };
  }
  throw new OpsError('GIT_REF_MISSING', `Cannot fetch ${shownRemote(op)}: repository does not contain ref ${ref}`, {
    family: 'validation',
    hint: 'Check the name of the branch or tag after the #.',
  });
}
