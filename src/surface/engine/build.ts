import { resolve } from 'node:path';
import { BuildError } from '../../core/errors.ts';
import { openStore, type Store } from '../../host/content/index.ts';
import { parseIgnoreFile, requireBuiltInFrontend, type Warning } from '../../language/dockerfile/index.ts';
import { dockerfileFrontend, type FrontendPorts, type GraphResult } from '../../decide/frontend/index.ts';
import { reachable, type Vertex } from '../../decide/graph/index.ts';
import { formatReference, parseReference, type DiffID } from '../../core/oci/index.ts';
import { solve, usageOf, type LayersResult, type Result } from '../../decide/solver/index.ts';
import { readBuiltInArgs, type BuiltInArgs } from '../request/index.ts';
import type { Environment } from '../request/index.ts';
import { requestError } from '../request/index.ts';
import { EventQueue } from '../progress/index.ts';
import type { Build, BuildEvent, BuildResult } from '../progress/index.ts';
import { checkOutputs, exportOutputs } from '../output/index.ts';
import { formatOf, type PlatformBuild } from '../output/index.ts';
import { basesOrNone, findWarnings, parseAndCheck } from './call.ts';
import { checkResult, outlineResult, targetsResult } from '../report/index.ts';
import { readDefinition, resolveEpoch, type DefinitionPorts } from './definition.ts';
import { checkEntitlements } from './entitlements.ts';
import { givenBuildArgs } from '../request/index.ts';
import { makeGraphRequests } from './graph-requests.ts';
import { checkContextFolder, readIgnoreFile } from '../context/index.ts';
import type { BuildRequest, Output } from '../request/index.ts';
import { openSession, type Session } from './session.ts';
import { readSettings, type Settings } from '../request/index.ts';
import { StandardInput } from '../context/index.ts';
import { shownEvent } from '../progress/index.ts';
import { tellStep, type EmitEvent } from '../progress/index.ts';

/** How many ops run at once. Steps mostly wait for processes and disks, so there are more than cores. */
const parallelism = 24;

/**
 * Builds an image as `ossb build` does. Iterate over what is returned for the events; `result` settles when all is done and cleaned up. An aborted signal stops
 * running steps, releases every mount and leaves the store sound. Errors: BuildError of any room; what is not a BuildError is a fault of this program.
 */
export function build(request: BuildRequest, signal?: AbortSignal, environment?: Environment): Build {
  const queue = new EventQueue();
  const onAbort = (): void => queue.release();
  signal?.addEventListener('abort', onAbort, { once: true });
  const result = run(request, signal ?? new AbortController().signal, environment, (event) => queue.push(shownEvent(event))).finally(() => {
    signal?.removeEventListener('abort', onAbort);
    queue.end();
  });
  result.catch(() => {});
  return { result, [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator]() };
}

async function run(request: BuildRequest, signal: AbortSignal, environment: Environment | undefined, emit: EmitEvent): Promise<BuildResult> {
  const settings = readSettings(request, environment);
  const outputs = outputsOf(request);
  const buildArgs = givenBuildArgs(request, settings);
  const builtIn = readBuiltInArgs(buildArgs);
  const multiPlatform = multiPlatformOf(request, builtIn);
  if ((request.call ?? 'build') === 'build') {
    await checkOutputs(outputs, multiPlatform, settings.cwd);
    for (const message of builtIn.withoutEffect) emit({ kind: 'warning', rule: '', description: '', message });
  }
  const contextFolder = request.context.kind === 'dir' ? resolve(settings.cwd, request.context.path) : undefined;
  if (contextFolder !== undefined) checkContextFolder(contextFolder);
  const stdin = new StandardInput(environment?.stdin ?? (() => process.stdin), signal);
  let isStdoutTaken = false;
  const stdout = (): NodeJS.WritableStream => {
    isStdoutTaken = true;
    return environment?.stdout ?? process.stdout;
  };
  let healed = 0;
  const onHealed = (message: string): void => {
    healed += 1;
    emit({ kind: 'warning', rule: '', description: '', message });
  };
  using store = openStore(settings.root, { onHealed });
  for (let attempt = 1; ; attempt++) {
    const healedBefore = healed;
    try {
      return await runOver(store, { request, outputs, buildArgs, multiPlatform, contextFolder, settings, stdin, stdout, emit, signal });
    } catch (error) {
      const explained = store.explain(error);
      const isDamage = explained instanceof BuildError && (isHealed(explained) || (explained.code === 'LAYER_LOST' && healed > healedBefore));
      // What was damaged is removed by now; what is in the cache is not done again. Standard input is read once, and standard output holds one output.
      if (!isDamage || attempt === maxAttempts || signal.aborted || stdin.isRead || isStdoutTaken) throw explained;
      if (isHealed(explained)) onHealed(explained.message);
    }
  }
}

/** Whether the error says that damage was found, and removed. */
function isHealed({ code, retryable }: BuildError): boolean {
  return code === 'LAYER_DAMAGED' || (code === 'STORE_DAMAGED' && retryable);
}

/** How often a build is begun again over a store in which damage was found and removed. Each time it is another layer. */
const maxAttempts = 8;

interface RunInput {
  readonly request: BuildRequest;
  readonly outputs: readonly Output[];
  readonly buildArgs: ReturnType<typeof givenBuildArgs>;
  readonly multiPlatform: boolean;
  readonly contextFolder: string | undefined;
  readonly settings: Settings;
  readonly stdin: StandardInput;
  readonly stdout: () => NodeJS.WritableStream;
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
}

async function runOver(store: Store, input: RunInput): Promise<BuildResult> {
  const { request, outputs, buildArgs, multiPlatform, contextFolder, settings, stdin, stdout, emit, signal } = input;
  using _lease = await store.lease(signal);
  const { failed: leftovers } = store.sweep();
  const ignoreFile = contextFolder === undefined ? undefined : readIgnoreFile(request, contextFolder, settings);
  let epoch: number | undefined;
  await using session = openSession({ request, outputs, settings, store, signal, emit, contextFolder, ignoreFile, leftovers, sourceDateEpoch: () => epoch });
  const definitionPorts: DefinitionPorts = { session, settings, store, stdin, contextFolder, signal };
  const tellWarning = (warning: Warning): void => void emit({ kind: 'warning', ...warning });
  const { dockerfile: file, mainContext } = await readDefinition(request, definitionPorts);
  const dockerfile = await tellStep(`[internal] load build definition from ${file.name}`, { emit, now: settings.now, signal }, async () => {
    // what is written for another frontend may be no Dockerfile at all
    const syntax = requireBuiltInFrontend(file.text, file.name, buildArgs);
    return parseAndCheck(file.text, { file: file.name, syntax }, { buildArgs }, tellWarning);
  });
  const frontend = dockerfileFrontend(dockerfile);
  if (request.call === 'targets') return targetsResult(frontend.targets());
  epoch = await resolveEpoch(request, frontend, mainContext, buildArgs, definitionPorts);
  const graphRequests = makeGraphRequests(request, { mainContext, buildArgs, settings, sourceDateEpoch: epoch });
  const ports: FrontendPorts = {
    resolveImageConfig: (ref, wanted, options) => session.resolveImage(ref, wanted, options.purpose),
    resolveNamedContext: (name, wanted, options) => session.contexts.named(name, wanted, options.purpose),
  };
  const warn = (message: string): void => void emit({ kind: 'warning', rule: '', description: '', message });
  if (request.call === 'outline') return outlineResult(await frontend.outline(graphRequests[0]!, basesOrNone(ports, warn), signal));
  const ignorePatterns = ignoreFile === undefined ? undefined : parseIgnoreFile(ignoreFile.text);
  if (request.call === 'check') {
    const found = await findWarnings({ frontend, request: graphRequests[0]!, ignorePatterns }, ports, signal, tellWarning);
    return checkResult(frontend, found, frontend.checkFault(graphRequests[0]!, found));
  }
  const graphs = await Promise.all(graphRequests.map((graphRequest) => frontend.graph(graphRequest, ports, signal))).catch((error: unknown) => {
    if (error instanceof BuildError) frontend.check(graphRequests[0]!, { ignorePatterns }).forEach(tellWarning);
    throw error;
  });
  const warnings = frontend.check(graphRequests[0]!, { graph: graphs[0], ignorePatterns });
  warnings.forEach(tellWarning);
  const fault = frontend.checkFault(graphRequests[0]!, warnings);
  if (fault !== undefined) throw fault;
  await checkEntitlements(
    request,
    graphs.flatMap((graph) => graph.vertices),
    session.devices,
  );
  return await solveAndExport({ graphs, outputs, multiPlatform, request, stdout, session, settings, store, emit, signal, sourceDateEpoch: epoch });
}

interface SolveInput {
  readonly graphs: readonly GraphResult[];
  readonly outputs: readonly Output[];
  readonly multiPlatform: boolean;
  readonly request: BuildRequest;
  readonly stdout: () => NodeJS.WritableStream;
  readonly session: Session;
  readonly settings: Settings;
  readonly store: Store;
  readonly emit: EmitEvent;
  readonly signal: AbortSignal;
  readonly sourceDateEpoch: number | undefined;
}

async function solveAndExport(input: SolveInput): Promise<BuildResult> {
  const { graphs, outputs, multiPlatform, request, stdout, session, settings, store, emit, signal, sourceDateEpoch } = input;
  const targets = graphs.map((graph) => graph.target);
  const imageOutput = outputs.find((output) => output.kind !== 'local' && output.kind !== 'tar' && output.kind !== 'cacheonly');
  const hints = usageOf(targets, imageOutput === undefined ? [] : targets);
  for (const vertex of reachable(targets)) if (isShown(vertex)) emit(stepEvent(vertex));
  for (const vertex of reachable(targets)) {
    if (vertex.op.kind === 'image') session.bases.add(vertex.digest, vertex.op.diffIDs);
    if (vertex.op.kind === 'image' && hints.get(vertex.digest)?.mounted === true) session.provider.expectMount(vertex.op.diffIDs);
  }
  const pushEarly = earlyPush(outputs, hints, session);
  const results = await solve(targets, {
    runners: session.runners,
    cache: session.cache,
    hints,
    parallelism,
    signal,
    onFailure: session.fail,
    emit: (event) => {
      const pause = isShown(event.vertex) ? session.tell(event) : undefined;
      if ((event.kind === 'done' || event.kind === 'cached') && event.result !== undefined) pushEarly?.(event.vertex, event.result, event.kind);
      return pause;
    },
  });
  const builds = graphs.map((graph) => platformBuild(graph, results));
  const result = await exportOutputs(outputs, builds, request.annotations ?? [], {
    store,
    settings,
    provider: session.provider,
    worker: session.worker,
    pusher: session.pusher,
    emit,
    signal,
    stdout,
    dockerLoad: session.dockerLoad,
    multiPlatform,
    sourceDateEpoch,
  });
  session.cache.flush();
  return result;
}

/** Uploads the layers of an image that will be pushed as soon as they are made. */
function earlyPush(
  outputs: readonly Output[],
  hints: ReadonlyMap<string, { exported: boolean }>,
  session: Session,
): ((vertex: Vertex, result: Result, how: 'done' | 'cached') => void) | undefined {
  const output = outputs.find((item) => item.kind === 'image' && item.push);
  if (output?.kind !== 'image') return undefined;
  const refs = output.names.map((name) => parseReference(name));
  const format = formatOf(output);
  const started = new Set<DiffID>();
  return (vertex, result, how) => {
    const made = how === 'done' && ['run', 'copy', 'mkdir'].includes(vertex.op.kind);
    if (!made || result.kind !== 'layers' || hints.get(vertex.digest)?.exported !== true) return;
    // What is below goes too: of a base image the layers, by mounting them where they are.
    for (const diffID of result.layers.toReversed()) {
      if (started.has(diffID)) continue;
      started.add(diffID);
      session.background(async () => {
        const blob = await session.provider.descriptor(diffID, format);
        const pusher = await session.pusher();
        await Promise.all(refs.map((ref) => pusher.layer(ref, { diffID, blob })));
      });
    }
  };
}

function platformBuild(graph: GraphResult, results: ReadonlyMap<string, Result>): PlatformBuild {
  const layersResult = (vertex: Vertex): LayersResult => {
    const result = results.get(vertex.digest);
    if (result?.kind !== 'layers') throw requestError('TARGET_EMPTY', `Cannot export ${vertex.meta.name}: it is no filesystem`);
    return result;
  };
  const result = layersResult(graph.target);
  const { os, architecture, variant, config, author } = graph.config;
  const own = graph.history.filter((item) => item.vertex !== undefined && !item.emptyLayer).length;
  return {
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    ...(graph.config['os.version'] === undefined ? {} : { osVersion: graph.config['os.version'] }),
    ...(author === undefined ? {} : { author }),
    config: config ?? {},
    history: fitHistory(graph.history, result.layers.length - own).map(({ vertex, ...item }) => ({
      emptyLayer: item.emptyLayer,
      ...(item.created === undefined ? {} : { created: item.created }),
      ...(item.createdBy === undefined ? {} : { createdBy: item.createdBy }),
      ...(item.comment === undefined ? {} : { comment: item.comment }),
      ...(item.author === undefined ? {} : { author: item.author }),
      ...(vertex === undefined ? {} : { layer: layersResult(vertex) }),
    })),
    result,
  };
}

/** Base images from old tools have a history that does not fit their layers: then the base's part is made to. */
function fitHistory(history: GraphResult['history'], baseLayers: number): GraphResult['history'] {
  const base = history.filter((item) => item.vertex === undefined && !item.emptyLayer).length;
  if (base === baseLayers) return history;
  if (base < baseLayers) return [...Array.from({ length: baseLayers - base }, () => ({ emptyLayer: false })), ...history];
  let surplus = base - baseLayers;
  return history.map((item) => (item.vertex === undefined && !item.emptyLayer && surplus-- > 0 ? { ...item, emptyLayer: true } : item));
}

/** Whether the result is one of several platforms, even where there is one. Errors: BUILD_ARG_INVALID. */
function multiPlatformOf(request: BuildRequest, { multiPlatform }: BuiltInArgs): boolean {
  const several = (request.platforms?.length ?? 0) > 1;
  if (!several || multiPlatform !== false) return multiPlatform ?? several;
  throw requestError(
    'BUILD_ARG_INVALID',
    'Cannot build for several platforms: BUILDKIT_MULTI_PLATFORM says that the result is one of a single platform',
    'Leave the build arg out, or give one --platform.',
  );
}

/** What the request's outputs, tags and `push` come to. Errors: OUTPUT_CONFLICT. */
function outputsOf(request: BuildRequest): readonly Output[] {
  const names = (request.tags ?? []).map((tag) => formatReference(parseReference(tag)));
  const given = request.outputs ?? [];
  if (given.length === 0) return [{ kind: 'image', names, push: request.push ?? false }];
  const named = given.map((output) => ('names' in output && output.names.length === 0 ? { ...output, names } : output));
  if (request.push !== true) return named;
  const pushed = named.map((output) => (output.kind === 'image' ? { ...output, push: true } : output));
  return pushed.some((output) => output.kind === 'image') ? pushed : [...pushed, { kind: 'image', names, push: true }];
}

/** What docker shows as no step is none: the empty filesystem, and the layers of COPY --link put in their place. */
function isShown(vertex: Vertex): boolean {
  return vertex.op.kind !== 'scratch' && vertex.op.kind !== 'merge';
}

function stepEvent(vertex: Vertex): BuildEvent {
  const { name, location } = vertex.meta;
  return { kind: 'step', vertex: vertex.digest, name, inputs: vertex.inputs.map((input) => input.digest), ...(location === undefined ? {} : { location }) };
}
