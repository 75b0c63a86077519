import { existsSync, lstatSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { CopyOp, GitOp, Vertex } from '../../decide/graph/index.ts';
import type { HttpClient } from '../../host/http/index.ts';
import { digestOf, hexOf } from '../../core/oci/index.ts';
import type { StepContext } from '../../decide/solver/index.ts';
import { findProgram, runProcess } from '../../host/sys/index.ts';
import { Redactor } from '../../core/redact.ts';
import type { PlanEntry } from '../../core/tree/index.ts';
import { ContextTree } from './context-tree.ts';
import { planCopy } from './copy.ts';
import { OpsError } from './error.ts';
import { gitAuthorization, gitEnvironment, withoutCredentials, type GitAccess } from './git-environment.ts';
import { gitFailure, isRedirectFailure, shownRemote } from './git-failure.ts';
import { movedRemote, redirected } from './git-moved.ts';
import { updateSubmodules, type Git } from './git-submodules.ts';
import { commitOf, isCommit, type RemoteRef } from './git-refs.ts';
import { elements } from './paths.ts';

export interface GitPorts extends GitAccess {
  readonly http: HttpClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type GitVertex = Vertex & { readonly op: GitOp };

/** Commits of git repositories. A bare repository per URL in the store keeps what was fetched. */
export class GitSource {
  readonly #ports: GitPorts;
  readonly #resolved = new WeakMap<GitVertex, RemoteRef>();
  /** By URL, where its server has it now. */
  readonly #moved = new Map<string, string>();

  constructor(ports: GitPorts) {
    this.#ports = ports;
  }

  /** The commit that the op means now. Errors: GIT_MISSING, GIT_FAILED, GIT_REF_MISSING, GIT_UNAUTHORIZED, CHECKSUM_MISMATCH. */
  async keyParts(vertex: GitVertex, signal: AbortSignal): Promise<string[]> {
    return [(await this.#resolve(vertex, signal)).commit];
  }

  /** The files of the commit as the entries of a layer. */
  async checkout(vertex: GitVertex, context: StepContext): Promise<PlanEntry[]> {
    const { op } = vertex;
    const resolved = await this.#resolve(vertex, context.signal);
    const git = await this.#git(op, context.signal, (data) => context.emit({ kind: 'log', stream: 'stderr', data }));
    const id = hexOf(digestOf(op.url)).slice(0, 32);
    using _lock = await this.#ports.store.lock(`git-${id}`, context.signal);
    const bare = join(this.#ports.store.root, 'git', id);
    await fetchInto(git, bare, op, resolved);
    // For least-recently-used collection: a fetch of what is there already does not show on the folder.
    utimesSync(bare, this.#ports.now() / 1000, this.#ports.now() / 1000);
    const folder = join(this.#ports.store.tempDir(), 'checkout');
    await checkOut(git, bare, folder, op, resolved, (url) => this.#movedSubmodule(op, url, context.signal));
    const commitSec = op.mtime === 'commit' ? Number((await git(['-C', bare, 'show', '-s', '--format=%ct', resolved.commit])).trim()) : undefined;
    const root = subfolder(folder, op);
    const copyAll: CopyOp = {
      kind: 'copy',
      sources: [{ kind: 'paths', input: 1, pattern: '/', wildcard: false, allowEmpty: false, contentsOnly: true, unpack: false }],
      destination: '/',
      destinationIsDir: true,
      exclude: [],
      keepOwner: false,
      link: true,
    };
    const tree = new ContextTree({ root, now: this.#ports.now });
    const ports = { readContent: noContent, openArchive: () => Promise.resolve(undefined), now: this.#ports.now };
    const entries = await planCopy(copyAll, [undefined, tree], undefined, ports);
    return entries.map((entry) => ({
      ...entry,
      mode: entry.type === 'symlink' ? entry.mode : usualMode(entry.mode),
      ...(commitSec === undefined ? {} : { mtimeSec: commitSec, mtimeNs: 0 }),
    }));
  }

  async #resolve(vertex: GitVertex, signal: AbortSignal): Promise<RemoteRef> {
    const known = this.#resolved.get(vertex);
    if (known !== undefined) return known;
    const { op } = vertex;
    checkRemote(op);
    let resolved: RemoteRef;
    if (op.ref !== undefined && isCommit(op.ref)) resolved = { commit: op.ref, name: undefined, tag: undefined };
    else {
      const git = await this.#git(op, signal);
      const names = op.ref === undefined ? ['HEAD'] : [op.ref, `${op.ref}^{}`];
      resolved = commitOf(await git(['ls-remote', '--', op.url, ...names]), op);
    }
    if (op.checksum !== undefined && !resolved.commit.startsWith(op.checksum) && resolved.tag?.startsWith(op.checksum) !== true) {
      throw new OpsError('CHECKSUM_MISMATCH', `Cannot use ${shownRemote(op)}: its commit is ${resolved.commit}, expected ${op.checksum}`, {
        family: 'validation',
        hint: 'Check what changed in the repository, then give the new commit with --checksum.',
      });
    }
    this.#resolved.set(vertex, resolved);
    return resolved;
  }

  /** Where a submodule is now; credentials are kept from redirects of the server of the op alone. Errors: GIT_REDIRECTED. */
  async #movedSubmodule(op: GitOp, url: string, signal: AbortSignal): Promise<string> {
    const authorization = await gitAuthorization(op.url, this.#ports);
    if (authorization === undefined || !URL.canParse(url) || new URL(url).origin !== new URL(op.url).origin) return url;
    return movedRemote({ ...op, url }, authorization, this.#ports.http, signal);
  }

  async #git(op: GitOp, signal: AbortSignal, onStderr?: (chunk: Buffer) => void): Promise<Git> {
    const program = findProgram('git', this.#ports.env.PATH);
    if (program === undefined) {
      throw new OpsError('GIT_MISSING', `Cannot fetch ${shownRemote(op)}: git is not installed`, { family: 'resource', hint: 'Install the package git.' });
    }
    mkdirSync(join(this.#ports.store.root, 'git'), { recursive: true });
    const authorization = await gitAuthorization(op.url, this.#ports);
    const env = await gitEnvironment(op.url, this.#ports, authorization);
    const git: Git = async (args, options = {}) => {
      const { env: more = {}, quiet = false } = options;
      const moved = this.#moved.get(op.url);
      const remote = moved ?? withoutCredentials(op.url);
      const stdout: Buffer[] = [];
      let stderr = '';
      const shown = new Redactor((text) => onStderr?.(Buffer.from(text, 'latin1')));
      const exit = await runProcess(
        program,
        args.map((arg) => (arg === op.url ? remote : arg)),
        {
          env: { ...env, ...more },
          signal,
          onStdout: (chunk) => stdout.push(chunk),
          onStderr: (chunk) => {
            if (stderr.length < 10_000) stderr += chunk.toString('utf8');
            if (!quiet) shown.push(chunk.toString('latin1'));
          },
        },
      );
      shown.end();
      if (exit.exitCode === 0) return Buffer.concat(stdout).toString('utf8');
      if (authorization === undefined || !isRedirectFailure(stderr)) throw gitFailure(op, args, stderr);
      if (!args.includes(op.url)) throw redirected(op, 'the server of a submodule redirects');
      if (moved !== undefined) throw gitFailure(op, args, stderr);
      this.#moved.set(op.url, await movedRemote(op, authorization, this.#ports.http, signal));
      return git(args, options);
    };
    return git;
  }
}

/** Has the commit in the bare repository, as shallow as can be. */
async function fetchInto(git: Git, bare: string, op: GitOp, { commit, name }: RemoteRef): Promise<void> {
  if (!existsSync(join(bare, 'HEAD'))) {
    rmSync(bare, { recursive: true, force: true });
    await git(['init', '--quiet', '--template=', '--bare', bare]);
    // Our own checkouts ask for commits by their ids.
    await git(['-C', bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
  }
  const has = async (): Promise<boolean> => git(['-C', bare, 'cat-file', '-e', `${commit}^{commit}`], { quiet: true }).then(succeeded, gitSaysNo);
  if (await has()) return;
  // Left by a process that was killed.
  rmSync(join(bare, 'shallow.lock'), { force: true });
  const keep = `refs/ossb/${commit}`;
  const fetch = (...args: string[]): Promise<string> => git(['-C', bare, 'fetch', '--quiet', '--force', '--no-tags', '--no-recurse-submodules', ...args]);
  if (name !== undefined) await fetch('--depth=1', '--', op.url, `${name}:${keep}`);
  else {
    const one = await fetch('--depth=1', '--', op.url, `${commit}:${keep}`).then(succeeded, gitSaysNo);
    // Servers may refuse to be asked for a commit that no ref names.
    if (!one)
      await fetch(...(existsSync(join(bare, 'shallow')) ? ['--unshallow'] : []), '--', op.url, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
  }
  if (await has()) return;
  throw new OpsError('GIT_REF_MISSING', `Cannot fetch ${shownRemote(op)}: commit ${commit} is not in the repository`, {
    family: 'validation',
    hint: name === undefined ? 'Check the commit.' : 'The ref may have moved in this moment: build again.',
    retryable: name !== undefined,
  });
}

async function checkOut(
  git: Git,
  bare: string,
  folder: string,
  op: GitOp,
  { commit, name }: RemoteRef,
  moved: (url: string) => Promise<string>,
): Promise<void> {
  mkdirSync(folder, { mode: 0o755 });
  const at = ['-C', folder];
  await git([...at, 'init', '--quiet', '--template=']);
  // By protocol and not by path, so that git does not take files of the store over as they are.
  await git([...at, 'fetch', '--quiet', '--update-head-ok', '--depth=1', '--no-tags', `file://${bare}`, commit], { env: { GIT_ALLOW_PROTOCOL: 'file' } });
  const branch = name?.startsWith('refs/heads/') === true ? name.slice('refs/heads/'.length) : undefined;
  await git([...at, 'checkout', '--quiet', '--force', ...(branch === undefined ? [commit] : ['-B', branch, commit])]);
  if (op.submodules && lstatSync(join(folder, '.gitmodules'), { throwIfNoEntry: false })?.isFile() === true) {
    await git([...at, 'remote', 'add', 'origin', op.url]);
    await updateSubmodules(git, folder, moved);
    await git([...at, 'remote', 'remove', 'origin']);
    const modules = op.keepGitDir ? '' : await git([...at, 'submodule', '--quiet', 'foreach', '--recursive', 'printf "%s\\0" "$PWD"']);
    for (const module of modules.split('\0')) if (module.startsWith(`${folder}/`)) rmSync(join(module, '.git'), { recursive: true, force: true });
  }
  if (!op.keepGitDir) {
    rmSync(join(folder, '.git'), { recursive: true, force: true });
    return;
  }
  await git([...at, 'remote', 'add', 'origin', shownRemote(op)]);
  await git([...at, 'reflog', 'expire', '--all', '--expire=now']);
  rmSync(join(folder, '.git', 'FETCH_HEAD'), { force: true });
}

/** The folder that the op takes, which no symlink of the repository may lead out of. */
function subfolder(folder: string, op: GitOp): string {
  let at = folder;
  for (const element of elements(op.subdir ?? '')) {
    at = join(at, element);
    const found = element === '..' ? undefined : lstatSync(at, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) continue;
    throw new OpsError('GIT_REF_MISSING', `Cannot use ${shownRemote(op)}: ${op.subdir} is no folder of the repository`, {
      family: 'validation',
      hint: 'The folder stands after the colon, as in #main:folder, or in ?subdir=folder.',
    });
  }
  return at;
}

function checkRemote(op: GitOp): void {
  // What starts with a dash would be read as an option.
  if (!op.url.startsWith('-') && op.ref?.startsWith('-') !== true) return;
  throw new OpsError('GIT_URL_INVALID', `Cannot fetch ${shownRemote(op)}: a URL or ref may not start with a dash`, { family: 'validation' });
}

/** As with the umask 022, whatever ours is. */
function usualMode(mode: number): number {
  const owner = (mode >> 6) & 7;
  return (owner << 6) | ((owner & 5) << 3) | (owner & 5);
}

function succeeded(): boolean {
  return true;
}

function gitSaysNo(error: unknown): boolean {
  if (error instanceof OpsError && error.code !== 'GIT_UNAUTHORIZED') return false;
  throw error;
}

function noContent(): never {
  throw new Error('a checkout has no owners to look up');
}
