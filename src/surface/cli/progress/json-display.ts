import type { BuildEvent } from '../../progress/index.ts';
import { redactURLs } from '../../../core/redact.ts';
import type { Sink } from '../console.ts';
import type { Display } from './display.ts';
import { StepBoard, type Step, type Transfer, type Warning } from './step-board.ts';

/** `--progress rawjson`: one object a line in the shape of BuildKit's SolveStatus (client/graph.go), with what the machine did as `activities`. */
export class JsonDisplay implements Display {
  readonly board = new StepBoard();
  readonly #sink: Sink;
  #firstVertex = '';

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  handle(event: BuildEvent): void {
    const { step, transfer } = this.board.apply(event);
    switch (event.kind) {
      case 'step':
        this.#firstVertex ||= event.vertex;
        return this.#write({ vertexes: [{ digest: event.vertex, ...inputsOf(event.inputs), name: event.name }] });
      case 'warning':
        return this.#write({ warnings: [warningJSON(event, this.#firstVertex)] });
      case 'activity':
        return this.#write({ activities: [{ activity: event.activity, detail: event.detail, timestamp: time(event.timeMs) }] });
      case 'log':
        return this.#write({
          logs: [
            {
              vertex: event.vertex,
              stream: event.stream === 'stdout' ? 1 : 2,
              data: Buffer.from(event.data).toString('base64'),
              timestamp: time(event.timeMs),
            },
          ],
        });
      case 'progress':
        return transfer === undefined ? undefined : this.#write({ statuses: [statusJSON(event.vertex, transfer, event.timeMs)] });
      case 'started':
      case 'cached':
      case 'done':
      case 'failed':
      case 'canceled':
        return step === undefined ? undefined : this.#write({ vertexes: [vertexJSON(step)] });
      default:
        return event satisfies never;
    }
  }

  stopping(): void {}

  close(): void {}

  #write(status: Record<string, unknown>): void {
    this.#sink.write(`${JSON.stringify(status)}\n`);
  }
}

function vertexJSON(step: Step): Record<string, unknown> {
  return {
    digest: step.vertex,
    ...inputsOf(step.inputs),
    name: step.name,
    started: time(step.startedAtMs),
    ...(step.state === 'running' ? {} : { completed: time(step.endedAtMs) }),
    ...(step.state === 'cached' ? { cached: true } : {}),
    ...(step.state === 'failed' ? { error: step.error?.message ?? 'failed' } : step.state === 'canceled' ? { error: 'context canceled' } : {}),
  };
}

function statusJSON(vertex: string, transfer: Transfer, timeMs: number): Record<string, unknown> {
  const complete = transfer.total !== undefined && transfer.current >= transfer.total;
  return {
    id: `${transfer.action} ${transfer.id}`.trim(),
    vertex,
    name: transfer.action,
    current: transfer.current,
    ...(transfer.total === undefined ? {} : { total: transfer.total }),
    timestamp: time(timeMs),
    started: time(transfer.startedAtMs),
    ...(complete ? { completed: time(timeMs) } : {}),
  };
}

function warningJSON(warning: Warning, vertex: string): Record<string, unknown> {
  const { location } = warning;
  const line = location === undefined ? '' : ` (line ${location.startLine})`;
  return {
    vertex,
    level: 1,
    short: base64(`${warning.rule === '' ? '' : `${warning.rule}: `}${warning.message}${line}`),
    detail: [base64(warning.description)],
    ...(warning.url === undefined ? {} : { url: warning.url }),
    ...(location === undefined
      ? {}
      : {
          sourceInfo: { filename: location.file, ...(location.text === undefined ? {} : { data: base64(redactURLs(location.text)) }), language: 'Dockerfile' },
          range: [{ start: { line: location.startLine }, end: { line: location.endLine } }],
        }),
  };
}

function inputsOf(inputs: readonly string[]): Record<string, unknown> {
  return inputs.length === 0 ? {} : { inputs };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
