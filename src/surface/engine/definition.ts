import { readFileSync } from 'node:fs';
import { maxDockerfileBytes, parseDockerfile } from '../../language/dockerfile/index.ts';
import { dockerfileFrontend, type ContextOrigin, type Frontend } from '../../decide/frontend/index.ts';
import { NoContext, openTarContext } from '../../sources/ops/index.ts';
import { solve, usageOf } from '../../decide/solver/index.ts';
import { archiveHeadBytes, isArchiveHead } from '../../core/tar/index.ts';
import { cleanPath, resolvePath, layerTree, type FileTree } from '../../core/tree/index.ts';
import type { Store } from '../../host/content/index.ts';
import { redactURLs } from '../../core/redact.ts';
import { requestError } from '../request/index.ts';
import { dockerfileNames, readDockerfile, type DockerfileInput } from '../context/index.ts';
import type { BuildRequest } from '../request/index.ts';
import type { Session } from './session.ts';
import type { Settings } from '../request/index.ts';
import type { StandardInput } from '../context/index.ts';

export interface DefinitionPorts {
  readonly session: Session;
  readonly settings: Settings;
  readonly store: Store;
  readonly stdin: StandardInput;
  readonly contextFolder: string | undefined;
  readonly signal: AbortSignal;
}

/** The Dockerfile, and what COPY reads from. */
export interface Definition {
  readonly dockerfile: DockerfileInput;
  readonly mainContext: ContextOrigin;
}

/**
 * Reads the Dockerfile of a request from where its context is: a folder, a tar on standard input, a git repository or a URL. Standard input that is no archive is the
 * Dockerfile itself, with an empty context; a URL that is none too, and the context is that one file.
 */
export async function readDefinition(request: BuildRequest, ports: DefinitionPorts): Promise<Definition> {
  const { session, settings, stdin, contextFolder } = ports;
  const { context } = request;
  if (context.kind === 'dir') return { dockerfile: await readDockerfile(request, contextFolder, settings, stdin), mainContext: session.contexts.main() };
  if (context.kind === 'stdin') {
    if (!(await stdin.isArchive())) {
      session.contexts.setMain(new NoContext());
      return { dockerfile: await readDockerfile({ ...request, file: '-' }, undefined, settings, stdin), mainContext: { kind: 'local', name: 'context' } };
    }
    const tree = await openTarContext(stdin.stream(), { stagingFolder: () => ports.store.tempDir(), searchPath: settings.env['PATH'], signal: ports.signal });
    session.contexts.setMain(tree);
    return { dockerfile: await definitionIn(tree, request, ports), mainContext: { kind: 'local', name: 'context', keepOwner: true } };
  }
  const origin = session.contexts.main();
  if (request.dockerfileText !== undefined || request.file === '-')
    return { dockerfile: await readDockerfile(request, undefined, settings, stdin), mainContext: origin };
  if (origin.kind === 'http') {
    const file = { ...origin, unpack: false };
    const tree = await contextTree(file, ports);
    const name = origin.filename ?? 'context';
    if (!isArchiveHead(await bytesOf(tree, name, ports, archiveHeadBytes))) {
      return { dockerfile: { name: redactURLs(origin.url), text: await dockerfileBytes(tree, name, ports) }, mainContext: file };
    }
  }
  const tree = await contextTree(origin, ports);
  return { dockerfile: await definitionIn(tree, request, ports), mainContext: origin };
}

async function definitionIn(tree: FileTree, request: BuildRequest, ports: DefinitionPorts): Promise<DockerfileInput> {
  if (request.dockerfileText !== undefined) return { name: request.file ?? 'Dockerfile', text: Buffer.from(request.dockerfileText) };
  for (const name of dockerfileNames(request.file ?? 'Dockerfile')) {
    const { node } = await resolvePath(tree, cleanPath(name), { followLast: true });
    if (node?.type === 'file') return { name, text: await dockerfileBytes(tree, node.path, ports) };
  }
  throw requestError(
    'DOCKERFILE_MISSING',
    `Cannot read the Dockerfile: the context has no ${request.file ?? 'Dockerfile'}`,
    'Name the file with -f, counted from the root of the context.',
  );
}

async function dockerfileBytes(tree: FileTree, path: string, ports: DefinitionPorts): Promise<Uint8Array> {
  const node = await tree.lookup(path);
  if (node?.type === 'file' && node.size <= maxDockerfileBytes) return bytesOf(tree, path, ports, maxDockerfileBytes);
  throw requestError('DOCKERFILE_UNREADABLE', `Cannot read the Dockerfile: ${path} has more than ${maxDockerfileBytes} bytes, which is the limit`);
}

/** The first `maxBytes` of a file, and what came along with them. */
async function bytesOf(tree: FileTree, path: string, ports: DefinitionPorts, maxBytes: number): Promise<Uint8Array> {
  const node = await tree.lookup(path);
  const content = await tree.content(node!);
  switch (content.kind) {
    case 'file':
      return readFileSync(content.path);
    case 'inline':
      return Buffer.from(content.data, 'base64');
    case 'layer': {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of ports.session.readLayerContent(content.diffID, content.path)) {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= maxBytes) break;
      }
      return Buffer.concat(chunks);
    }
    default:
      return content satisfies never;
  }
}

/** Fetches a context that is no folder: what a COPY of it reads from, since the copy itself may be one from the cache, with other times. */
async function contextTree(origin: ContextOrigin, ports: DefinitionPorts): Promise<FileTree> {
  const { session, settings, signal } = ports;
  const dockerfile = parseDockerfile('FROM scratch\nCOPY . /\n', { file: 'context' });
  const graph = await dockerfileFrontend(dockerfile).graph(
    { platform: settings.buildPlatform, buildPlatform: settings.buildPlatform, mainContext: origin },
    { resolveImageConfig: unreachable, resolveNamedContext: unreachable },
    signal,
  );
  const source = graph.target.inputs[1] ?? graph.target;
  const results = await solve([source], {
    runners: session.runners,
    cache: session.cache,
    hints: usageOf([source], []),
    parallelism: 4,
    signal,
    onFailure: session.fail,
    emit: (event) => session.tell(event),
  });
  const result = results.get(source.digest);
  if (result?.kind !== 'layers') throw requestError('CONTEXT_INVALID', 'Cannot use the build context: it holds no files');
  return layerTree(result.layers, (diffID) => session.provider.index(diffID));
}

/** The time of the build, seconds since 1970: as asked for, else the build arg or ARG SOURCE_DATE_EPOCH in any of its forms. Errors: SOURCE_DATE_EPOCH. */
export async function resolveEpoch(
  request: BuildRequest,
  frontend: Frontend,
  mainContext: ContextOrigin,
  buildArgs: Readonly<Record<string, string>>,
  ports: DefinitionPorts,
): Promise<number | undefined> {
  const { session, settings } = ports;
  if (request.sourceDateEpoch !== undefined) return request.sourceDateEpoch;
  const platform = request.platforms?.[0] ?? settings.buildPlatform;
  const found = frontend.sourceDateEpoch({
    platform,
    buildPlatform: settings.buildPlatform,
    buildArgs,
    namedContexts: Object.keys(request.buildContexts ?? {}),
    target: request.target,
  });
  switch (found?.kind) {
    case undefined:
      return undefined;
    case 'seconds':
      return found.seconds;
    case 'context':
      return latestTime(await originTree(mainContext, ports));
    case 'named-context':
      return latestTime(await originTree(await session.contexts.named(found.name, platform, `[context ${found.name}] load metadata`), ports));
    case 'source':
      return latestTime(await contextTree(found.source.kind === 'git' ? { ...found.source, mtime: 'commit' } : { ...found.source, unpack: false }, ports));
    default:
      return found satisfies never;
  }
}

async function originTree(origin: ContextOrigin, ports: DefinitionPorts): Promise<FileTree> {
  if (origin.kind === 'local') return ports.session.contexts.tree(origin.name);
  return contextTree(origin.kind === 'git' ? { ...origin, mtime: 'commit' } : origin, ports);
}

/** The latest time of a file of the tree, whole seconds; undefined for an empty one. */
async function latestTime(tree: FileTree): Promise<number | undefined> {
  let latest: number | undefined;
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const node of await tree.list(folder)) {
      if (node.type === 'dir') pending.push(node.path);
      else latest = Math.max(latest ?? node.mtimeSec, node.mtimeSec);
    }
  }
  return latest;
}

function unreachable(): never {
  throw new Error('a context needs no image');
}
