import { BuildError } from '../../core/errors.ts';
import { redactURLs } from '../../core/redact.ts';
import type { Pause, SolveEvent } from '../../decide/solver/index.ts';
import type { BuildEvent } from './events.ts';

export type EmitEvent = (event: BuildEvent) => void | Pause;

export interface StepProgress {
  readonly progress: (id: string, action: string, current: number, total?: number) => void;
}

/** What telling needs. */
export interface Telling {
  readonly emit: EmitEvent;
  readonly now: () => number;
  /** Of the build: what fails once it is aborted was cancelled. */
  readonly signal: AbortSignal;
}

/** Reports work that is no vertex, for instance `[internal] load build definition` or `exporting to image`. `id` distinguishes what has the same name. */
export async function tellStep<T>(name: string, telling: Telling, work: (progress: StepProgress) => Promise<T>, id: string = name): Promise<T> {
  const { emit, now, signal } = telling;
  const vertex = `step:${redactURLs(id)}`;
  emit({ kind: 'step', vertex, name, inputs: [] });
  emit({ kind: 'started', vertex, timeMs: now() });
  try {
    const result = await work({
      progress: (id, action, current, total) =>
        emit({ kind: 'progress', vertex, id, action, current, ...(total === undefined ? {} : { total }), timeMs: now() }),
    });
    emit({ kind: 'done', vertex, timeMs: now() });
    return result;
  } catch (error) {
    if (error instanceof BuildError && !signal.aborted) emit({ kind: 'failed', vertex, error, timeMs: now() });
    else emit({ kind: 'canceled', vertex, timeMs: now() });
    throw error;
  }
}

/** Reports of a vertex what the solver reports. */
export function forward(event: SolveEvent, emit: EmitEvent, timeMs: number): void | Pause {
  const vertex = event.vertex.digest;
  switch (event.kind) {
    case 'started':
    case 'cached':
    case 'done':
    case 'canceled':
      return emit({ kind: event.kind, vertex, timeMs });
    case 'failed':
      return emit({ kind: 'failed', vertex, timeMs, error: event.error });
    case 'step':
      return emit({ ...event.event, vertex, timeMs });
    default:
      return event satisfies never;
  }
}
