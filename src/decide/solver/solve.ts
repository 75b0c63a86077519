import { BuildError, locate } from '../../core/errors.ts';
import { canonicalJSON, keyOp, reachable, type Vertex } from '../graph/index.ts';
import { digestOf, type Digest } from '../../core/oci/index.ts';
import { boundedPool } from '../../core/stream/index.ts';
import type { CacheRecord, CacheStore, LayersResult, OpRunners, Pause, Result, StepEvent, UsageHints } from './ports.ts';
import { extendsInput } from './usage.ts';

export interface SolveOptions {
  readonly runners: OpRunners;
  readonly cache: CacheStore;
  /** From usageOf. */
  readonly hints: ReadonlyMap<string, UsageHints>;
  /** How many ops run at once. */
  readonly parallelism: number;
  readonly signal: AbortSignal;
  readonly emit: (event: SolveEvent) => void | Pause;
  /** Called with the first failure at once, so that work which vertices share can stop too. */
  readonly onFailure?: (error: unknown) => void;
}

/** What happens to the vertices. Every vertex that was started ends in exactly one of cached, done, failed, canceled. */
export type SolveEvent =
  | { readonly kind: 'started' | 'cached' | 'done' | 'canceled'; readonly vertex: Vertex; readonly result?: Result }
  | { readonly kind: 'failed'; readonly vertex: Vertex; readonly error: BuildError }
  | { readonly kind: 'step'; readonly vertex: Vertex; readonly event: StepEvent };

/**
 * Solves the targets and gives the results of all vertices they need, by vertex digest. Equal vertices and equal keys are executed once, also across processes
 * that share the cache. The first failure cancels the rest, waits until all has stopped, and is thrown with the vertex's location.
 */
export async function solve(targets: readonly Vertex[], options: SolveOptions): Promise<Map<string, Result>> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const pool = boundedPool(options.parallelism);
  const memo = new Map<string, Promise<Result>>();
  const executing = new Map<Digest, Promise<CacheRecord>>();
  let failure: { readonly error: unknown } | undefined;

  const solveOnce = (vertex: Vertex): Promise<Result> => {
    let promise = memo.get(vertex.digest);
    if (promise === undefined) {
      promise = solveVertex(vertex);
      promise.catch(() => {});
      memo.set(vertex.digest, promise);
    }
    return promise;
  };

  const solveVertex = async (vertex: Vertex): Promise<Result> => {
    const inputs = await Promise.all(vertex.inputs.map(solveOnce));
    let started = false;
    const start = (): void => {
      if (!started) options.emit({ kind: 'started', vertex });
      started = true;
    };
    try {
      signal.throwIfAborted();
      const parts = await options.runners.keyParts(vertex, inputs, signal);
      if (parts === undefined) {
        start();
        const result = await runVertex(vertex, inputs);
        options.emit({ kind: 'done', vertex, result });
        return result;
      }
      const key = digestOf(canonicalJSON({ op: keyOp(vertex.op), parts }));
      const hit = vertex.meta.ignoreCache === true ? undefined : options.cache.get(key);
      if (hit !== undefined) {
        const result = resultOf(hit, vertex, inputs);
        options.emit({ kind: 'cached', vertex, result });
        return result;
      }
      start();
      const { result, cached } = await executeKey(key, vertex, inputs);
      options.emit({ kind: cached ? 'cached' : 'done', vertex, result });
      return result;
    } catch (error) {
      // Whatever comes after the abort comes of it, a reason that is a BuildError included.
      const fault = !signal.aborted && error instanceof BuildError ? error : undefined;
      fail(error);
      if (fault !== undefined) {
        locate(fault, vertex.meta.location);
        start();
        options.emit({ kind: 'failed', vertex, error: fault });
      } else if (started) options.emit({ kind: 'canceled', vertex });
      throw error;
    }
  };

  /** Before anyone is notified, so that who shares the failed work does not take the failure for its own. */
  const fail = (error: unknown): void => {
    if (failure !== undefined) return;
    failure = { error: options.signal.aborted ? options.signal.reason : error };
    stop.abort(failure.error);
    options.onFailure?.(failure.error);
  };

  const executeKey = async (key: Digest, vertex: Vertex, inputs: readonly Result[]): Promise<{ result: Result; cached: boolean }> => {
    const other = executing.get(key);
    if (other !== undefined) return { result: resultOf(await other, vertex, inputs), cached: true };
    let cached = false;
    let own: Result | undefined;
    const promise = (async (): Promise<CacheRecord> => {
      await using _held = await options.cache.lock(key, signal);
      const hit = vertex.meta.ignoreCache === true ? undefined : options.cache.get(key);
      if (hit !== undefined) {
        cached = true;
        return hit;
      }
      own = await runVertex(vertex, inputs);
      if (own.kind !== 'layers') throw new Error(`${vertex.op.kind} has a key and made no layers`);
      const { treeID, createdAtMs } = own;
      const layers = own.layers.slice(belowOf(vertex, inputs).length);
      const record: CacheRecord = createdAtMs === undefined ? { treeID, layers } : { treeID, layers, createdAtMs };
      options.cache.put(key, record);
      return record;
    })();
    executing.set(key, promise);
    const record = await promise;
    return { result: own ?? resultOf(record, vertex, inputs), cached };
  };

  const runVertex = (vertex: Vertex, inputs: readonly Result[]): Promise<Result> =>
    pool.run(async () => {
      signal.throwIfAborted();
      return options.runners.run(vertex, inputs, {
        signal,
        hints: options.hints.get(vertex.digest) ?? { exported: false, mounted: false },
        emit: (event) => options.emit({ kind: 'step', vertex, event }),
      });
    }, signal);

  const vertices = reachable(targets);
  await Promise.allSettled(vertices.map(solveOnce));
  if (failure !== undefined) throw failure.error;
  const results = new Map<string, Result>();
  for (const vertex of vertices) results.set(vertex.digest, await solveOnce(vertex));
  return results;
}

/** A record holds the layers that the op made. What is below comes from the input: two chains may have one treeID, where one of them has an empty layer more. */
function resultOf(record: CacheRecord, vertex: Vertex, inputs: readonly Result[]): Result {
  return { kind: 'layers', ...record, layers: [...belowOf(vertex, inputs), ...record.layers] };
}

function belowOf(vertex: Vertex, inputs: readonly Result[]): LayersResult['layers'] {
  const [base] = inputs;
  return extendsInput(vertex.op) && base?.kind === 'layers' ? base.layers : [];
}
