import type { BuildEvent } from '../../progress/index.ts';
import type { BuildError, SourceLocation } from '../../../core/errors.ts';
import { StepLog, type LogLine } from './step-log.ts';

export interface Transfer {
  readonly id: string;
  readonly action: string;
  readonly unit: 'bytes' | 'items';
  readonly startedAtMs: number;
  current: number;
  total: number | undefined;
}

/** A step as it stands now. */
export interface Step {
  readonly vertex: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly location: SourceLocation | undefined;
  /** Counted from 1 in the order in which steps begin; 0 for those that have not. */
  number: number;
  state: 'waiting' | 'running' | 'cached' | 'done' | 'failed' | 'canceled';
  startedAtMs: number;
  endedAtMs: number;
  error: BuildError | undefined;
  readonly transfers: Map<string, Transfer>;
  readonly log: StepLog;
}

export type Warning = Extract<BuildEvent, { kind: 'warning' }>;

/** What one event changed. */
export interface Change {
  readonly step?: Step;
  readonly lines: readonly LogLine[];
  readonly transfer?: Transfer;
}

/** The state of a build, from its events. */
export class StepBoard {
  readonly warnings: Warning[] = [];
  /** Those that have begun, in that order. */
  readonly begun: Step[] = [];
  readonly #byVertex = new Map<string, Step>();
  firstTimeMs: number | undefined;

  apply(event: BuildEvent): Change {
    if ('timeMs' in event) this.firstTimeMs ??= event.timeMs;
    switch (event.kind) {
      case 'step':
        if (!this.#byVertex.has(event.vertex)) this.#add(event.vertex, event.name, event.inputs, event.location);
        return { lines: [] };
      case 'warning': {
        const same = (one: Warning): boolean =>
          one.rule === event.rule && one.message === event.message && one.location?.startLine === event.location?.startLine;
        if (!this.warnings.some(same)) this.warnings.push(event);
        return { lines: [] };
      }
      case 'activity':
        return { lines: [] };
      case 'started': {
        const step = this.#begin(event.vertex, event.timeMs);
        if (step.state !== 'running') step.startedAtMs = event.timeMs;
        step.state = 'running';
        return { step, lines: [] };
      }
      case 'log': {
        const step = this.#begin(event.vertex, event.timeMs);
        return { step, lines: step.log.push(event.stream, event.data, event.timeMs) };
      }
      case 'progress': {
        const step = this.#begin(event.vertex, event.timeMs);
        const key = `${event.action} ${event.id}`;
        let transfer = step.transfers.get(key);
        if (transfer === undefined) {
          const unit = event.unit ?? 'bytes';
          transfer = { id: event.id, action: event.action, unit, startedAtMs: event.timeMs, current: 0, total: undefined };
          step.transfers.set(key, transfer);
        }
        transfer.current = event.current;
        transfer.total = event.total ?? transfer.total;
        return { step, lines: [], transfer };
      }
      case 'cached':
      case 'done':
      case 'failed':
      case 'canceled': {
        const step = this.#begin(event.vertex, event.timeMs);
        step.state = event.kind;
        step.endedAtMs = event.timeMs;
        if (event.kind === 'failed') step.error = event.error;
        return { step, lines: step.log.end() };
      }
      default:
        return event satisfies never;
    }
  }

  get total(): number {
    return this.#byVertex.size;
  }

  get finished(): number {
    return this.begun.filter((step) => step.state === 'done' || step.state === 'cached').length;
  }

  get failed(): readonly Step[] {
    return this.begun.filter((step) => step.state === 'failed');
  }

  #begin(vertex: string, timeMs: number): Step {
    const step = this.#byVertex.get(vertex) ?? this.#add(vertex, vertex, [], undefined);
    if (step.number === 0) {
      this.begun.push(step);
      step.number = this.begun.length;
      step.startedAtMs = timeMs;
      step.state = 'running';
    }
    return step;
  }

  #add(vertex: string, name: string, inputs: readonly string[], location: SourceLocation | undefined): Step {
    const step: Step = {
      vertex,
      name,
      inputs,
      location,
      number: 0,
      state: 'waiting',
      startedAtMs: 0,
      endedAtMs: 0,
      error: undefined,
      transfers: new Map(),
      log: new StepLog(),
    };
    this.#byVertex.set(vertex, step);
    return step;
  }
}
