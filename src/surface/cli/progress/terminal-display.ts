import type { BuildEvent } from '../../progress/index.ts';
import type { Sink } from '../console.ts';
import type { Display, StartTimer } from './display.ts';
import { LiveRegion } from './live-region.ts';
import { StepBoard } from './step-board.ts';
import { stepLines } from './step-lines.ts';

const frameMs = 100;

/** The live picture on a terminal. A build that ends before the first frame is drawn once. */
export class TerminalDisplay implements Display {
  readonly board = new StepBoard();
  readonly #sink: Sink;
  readonly #now: () => number;
  readonly #region: LiveRegion;
  readonly #stopTimer: () => void;
  readonly #stopResize: () => void;
  #note: string | undefined;

  constructor(sink: Sink, now: () => number, startTimer: StartTimer) {
    this.#sink = sink;
    this.#now = now;
    this.#region = new LiveRegion(sink);
    this.#stopTimer = startTimer(frameMs, () => this.#draw());
    this.#stopResize = sink.onResize(() => this.#draw());
  }

  handle(event: BuildEvent): void {
    this.board.apply(event);
  }

  stopping(): void {
    this.#note = 'STOPPING, Ctrl-C again to stop at once';
    this.#draw();
  }

  close(outcome: 'done' | 'failed' | 'canceled'): void {
    this.#stopTimer();
    this.#stopResize();
    const note = { done: 'FINISHED', failed: 'FAILED', canceled: 'CANCELED' }[outcome];
    if (this.board.total > 0) this.#region.draw(stepLines(this.board, { nowMs: this.#now(), columns: this.#sink.columns(), note }), { last: true });
    this.#region.restore();
  }

  /** Gives the cursor back where the process ends without `close`. */
  restore(): void {
    this.#region.restore();
  }

  #draw(): void {
    if (this.board.total === 0) return;
    const options = { nowMs: this.#now(), columns: this.#sink.columns(), rows: this.#sink.rows() };
    this.#region.draw(stepLines(this.board, this.#note === undefined ? options : { ...options, note: this.#note }));
  }
}
