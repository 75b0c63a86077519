import { resolve } from 'node:path';
import { ignoreMatcher } from '../../core/match/index.ts';
import { parseIgnoreFile } from '../../language/dockerfile/index.ts';
import { parseGitReference, type ContextOrigin } from '../../decide/frontend/index.ts';
import type { Store } from '../../host/content/index.ts';
import type { Platform } from '../../core/oci/index.ts';
import { ContextTree, digestMemoryFile } from '../../sources/ops/index.ts';
import type { FileTree } from '../../core/tree/index.ts';
import { BuildError } from '../../core/errors.ts';
import { readBuiltInArgs } from '../request/index.ts';
import { requestError } from '../request/index.ts';
import { givenBuildArgs } from '../request/index.ts';
import type { ResolvedImage } from '../../layers/resolve/index.ts';
import { checkContextFolder, readIgnoreFile, type IgnoreInput } from './inputs.ts';
import type { BuildRequest, ContextSource } from '../request/index.ts';
import type { Settings } from '../request/index.ts';

export interface ContextPorts {
  readonly request: BuildRequest;
  readonly settings: Settings;
  readonly store: Store;
  /** The main context where it is a folder, and what it leaves out. */
  readonly folder: string | undefined;
  readonly ignoreFile: IgnoreInput | undefined;
  readonly importLayout: (folder: string, ref: string, platform: Platform) => Promise<ResolvedImage>;
  readonly resolveImage: (ref: string, platform: Platform, purpose: string) => Promise<ResolvedImage>;
  readonly signal: AbortSignal;
}

/** The name under which the main context is known to local ops, and that of the file in a context that is one file of a URL, as docker build has it. */
const mainName = 'context';

/** Where the build's inputs come from: the main context and the named ones. */
export class Contexts {
  readonly #ports: ContextPorts;
  readonly #trees = new Map<string, FileTree>();

  constructor(ports: ContextPorts) {
    this.#ports = ports;
  }

  main(): ContextOrigin {
    const { context } = this.#ports.request;
    switch (context.kind) {
      case 'dir':
        return { kind: 'local', name: mainName };
      case 'git':
        return gitOrigin(context.url, readBuiltInArgs(givenBuildArgs(this.#ports.request, this.#ports.settings)).keepGitDir);
      case 'http':
        return { kind: 'http', url: context.url, filename: mainName, unpack: true };
      case 'stdin':
        return { kind: 'scratch' };
      case 'image':
      case 'oci-layout':
        throw requestError(
          'CONTEXT_INVALID',
          'Cannot use an image as the build context',
          'Give it with --build-context NAME=docker-image://..., and a folder as the context.',
        );
      default:
        return context satisfies never;
    }
  }

  /** Errors: CONTEXT_MISSING, CONTEXT_INVALID and those of the registry. */
  async named(name: string, platform: Platform, purpose: string): Promise<ContextOrigin> {
    const source = this.#source(name);
    switch (source.kind) {
      case 'dir':
        return { kind: 'local', name };
      case 'image':
        return source.ref === 'scratch' ? { kind: 'scratch' } : { kind: 'image', image: await this.#ports.resolveImage(source.ref, platform, purpose) };
      case 'git':
        return gitOrigin(source.url);
      case 'http':
        // the one file, also where it is an archive: unlike the main context, docker build does not unpack it
        return { kind: 'http', url: source.url, filename: mainName, unpack: false };
      case 'oci-layout':
        return { kind: 'image', image: await this.#ports.importLayout(resolve(this.#ports.settings.cwd, source.path), source.ref, platform) };
      case 'stdin':
        throw requestError(
          'CONTEXT_INVALID',
          `Cannot use ${source.kind} as the named context ${name}`,
          'A named context is a folder, an image, a git repository or a URL.',
        );
      default:
        return source satisfies never;
    }
  }

  /** Has the main context be this tree. */
  setMain(tree: FileTree): void {
    this.#trees.set(mainName, tree);
  }

  /** The tree of a local op. */
  tree(name: string): FileTree {
    let tree = this.#trees.get(name);
    if (tree === undefined) this.#trees.set(name, (tree = this.#open(name)));
    return tree;
  }

  #open(name: string): ContextTree {
    const { settings, store, folder, ignoreFile, signal } = this.#ports;
    const source = name === mainName && folder !== undefined ? undefined : this.#source(name);
    const root = source === undefined ? folder! : resolve(settings.cwd, (source as ContextSource & { kind: 'dir' }).path);
    if (source !== undefined) checkContextFolder(root);
    const ignore = source === undefined ? ignoreFile : readIgnoreFile({ file: '-' }, root, settings);
    return new ContextTree({
      root,
      digestFile: digestMemoryFile(store.root, root),
      now: settings.now,
      signal,
      ...(ignore === undefined ? {} : { ignore: ignoreMatcher(parsePatterns(ignore)) }),
    });
  }

  #source(name: string): ContextSource {
    const source = this.#ports.request.buildContexts?.[name];
    if (source === undefined) throw requestError('CONTEXT_MISSING', `Cannot find the build context ${name}`, `Give it with --build-context ${name}=FOLDER.`);
    return source;
  }
}

function parsePatterns(ignore: IgnoreInput): string[] {
  try {
    return parseIgnoreFile(ignore.text);
  } catch (error) {
    if (error instanceof BuildError && error.location === undefined) {
      throw requestError('CONTEXT_INVALID', `Cannot use ${ignore.name}: ${error.message}`, error.hint, error);
    }
    throw error;
  }
}

function gitOrigin(url: string, keep = false): ContextOrigin {
  const reference = parseGitReference(url, { knownGit: true });
  if (reference === undefined)
    throw requestError(
      'CONTEXT_INVALID',
      `Cannot use ${JSON.stringify(url)} as a git repository`,
      'Write it as https://host/repo.git#ref:subdir or git@host:repo.git.',
    );
  const { keepGitDir = false, submodules = true, ...rest } = reference;
  return { kind: 'git', ...rest, keepGitDir: keepGitDir || keep, submodules };
}
