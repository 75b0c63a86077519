import type { DiffID } from '../../core/oci/index.ts';
import type { StepEvent } from '../../decide/solver/index.ts';
import type { EmitEvent } from './steps.ts';

/** Progress of a layer is shown no more often than this. */
const intervalMs = 100;

type Progress = Extract<StepEvent, { kind: 'progress' }>;

/**
 * Shows work on the layers of base images under the FROM that names them. A base is resolved at once and its layers are fetched when a step needs them, so its step
 * starts again then, and ends when all that is under way has ended.
 */
export class BaseSteps {
  readonly #emit: EmitEvent;
  readonly #now: () => number;
  readonly #vertexOf = new Map<DiffID, string>();
  readonly #underWay = new Map<string, number>();

  constructor(emit: EmitEvent, now: () => number) {
    this.#emit = emit;
    this.#now = now;
  }

  /** Names the step of an image. Of images that share a layer the first shows it. */
  add(vertex: string, diffIDs: readonly DiffID[]): void {
    for (const diffID of diffIDs) if (!this.#vertexOf.has(diffID)) this.#vertexOf.set(diffID, vertex);
  }

  /** Runs work on layers; those of no base are shown by whoever works on them. */
  async during<T>(diffIDs: readonly DiffID[], work: () => Promise<T>): Promise<T> {
    const vertices = [...new Set(diffIDs.flatMap((diffID) => this.#vertexOf.get(diffID) ?? []))];
    for (const vertex of vertices) this.#begin(vertex);
    try {
      const result = await work();
      for (const vertex of vertices) this.#end(vertex, 'done');
      return result;
    } catch (error) {
      for (const vertex of vertices) this.#end(vertex, 'canceled');
      throw error;
    }
  }

  /** How progress of a layer is shown: under its FROM, else by `other`. */
  reporter(diffID: DiffID, other: ((event: StepEvent) => unknown) | undefined): (progress: Omit<Progress, 'kind'>) => void {
    const vertex = this.#vertexOf.get(diffID);
    let shownMs = Number.NEGATIVE_INFINITY;
    return (progress) => {
      const timeMs = this.#now();
      if (progress.current !== progress.total && timeMs - shownMs < intervalMs) return;
      shownMs = timeMs;
      if (vertex === undefined) other?.({ kind: 'progress', ...progress });
      else void this.#emit({ kind: 'progress', vertex, timeMs, ...progress });
    };
  }

  #begin(vertex: string): void {
    const count = this.#underWay.get(vertex) ?? 0;
    this.#underWay.set(vertex, count + 1);
    if (count === 0) void this.#emit({ kind: 'started', vertex, timeMs: this.#now() });
  }

  #end(vertex: string, how: 'done' | 'canceled'): void {
    const count = this.#underWay.get(vertex)! - 1;
    this.#underWay.set(vertex, count);
    if (count === 0) void this.#emit({ kind: how, vertex, timeMs: this.#now() });
  }
}
