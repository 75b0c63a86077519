import type { BuildEvent } from '../../progress/index.ts';
import type { Sink } from '../console.ts';
import type { Display, StartTimer } from './display.ts';
import { harmlessText } from './harmless-text.ts';
import { formatOffset, formatSeconds } from './quantity.ts';
import { StepBoard, type Step, type Transfer } from './step-board.ts';
import { isComplete, transferText } from './transfer-text.ts';

/** A step's lines wait so long while another step has the word. */
const turnMs = 1000;
const transferEveryMs = 5000;

/** Lines as BuildKit's plain progress has them: `#5 [build 2/4] RUN make`, `#5 0.312 text`, `#5 DONE 0.4s`. Output of steps that run at once is kept together. */
export class PlainDisplay implements Display {
  readonly board = new StepBoard();
  readonly #sink: Sink;
  readonly #now: () => number;
  readonly #stopTimer: () => void;
  readonly #waiting = new Map<Step, { readonly sinceMs: number; readonly lines: string[] }>();
  readonly #transferTold = new Map<Transfer, number>();
  #current: Step | undefined;
  #wroteAny = false;

  constructor(sink: Sink, now: () => number, startTimer: StartTimer) {
    this.#sink = sink;
    this.#now = now;
    this.#stopTimer = startTimer(turnMs / 4, () => this.tick());
  }

  handle(event: BuildEvent): void {
    const { step, lines, transfer } = this.board.apply(event);
    if (step === undefined) return;
    const texts = lines.map((line) => `${formatOffset(line.timeMs - step.startedAtMs)} ${harmlessText(line.text, { colors: true })}`);
    if (transfer !== undefined && 'timeMs' in event) texts.push(...this.#transferLine(transfer, event.timeMs));
    switch (step.state) {
      case 'cached':
        texts.push('CACHED');
        break;
      case 'done':
        texts.push(...this.#openTransfers(step), `DONE ${formatSeconds(step.endedAtMs - step.startedAtMs)}`);
        break;
      case 'failed':
        texts.push(`ERROR: ${harmlessText(step.error?.message.split('\n')[0] ?? '')}`);
        break;
      case 'canceled':
        texts.push('CANCELED');
        break;
      default:
    }
    if (event.kind === 'log' && texts.length === 0) return;
    if (event.kind === 'progress' && texts.length === 0) return;
    this.#say(step, texts);
  }

  /** Gives the word to the step that has waited too long. */
  tick(): void {
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#now() - oldest[1].sinceMs >= turnMs) this.#giveWordTo(oldest[0]);
  }

  stopping(): void {
    this.#sink.write('\nStopping. Press Ctrl-C again to stop at once.\n');
    this.#current = undefined;
  }

  close(): void {
    this.#stopTimer();
    // Each turn may end others' waiting too
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) this.#giveWordTo(next);
  }

  #say(step: Step, lines: readonly string[]): void {
    if (this.#current !== undefined && this.#current !== step) {
      const waiting = this.#waiting.get(step);
      if (waiting === undefined) this.#waiting.set(step, { sinceMs: this.#now(), lines: [...lines] });
      else waiting.lines.push(...lines);
      return;
    }
    if (this.#current === undefined) this.#open(step);
    this.#write(step, lines);
    if (step.state === 'running') return;
    this.#current = undefined;
    const next = this.#oldest();
    if (next !== undefined) this.#giveWordTo(next);
  }

  #oldest(): Step | undefined {
    const [step] = this.#waiting.keys();
    return step;
  }

  #giveWordTo(step: Step): void {
    const waiting = this.#waiting.get(step);
    if (waiting === undefined) return;
    this.#waiting.delete(step);
    if (this.#current !== undefined) this.#sink.write(`#${this.#current.number} ...\n`);
    this.#current = undefined;
    this.#say(step, waiting.lines);
  }

  #open(step: Step): void {
    this.#sink.write(`${this.#wroteAny ? '\n' : ''}#${step.number} ${harmlessText(step.name)}\n`);
    this.#wroteAny = true;
    this.#current = step;
  }

  #write(step: Step, lines: readonly string[]): void {
    if (lines.length > 0) this.#sink.write(lines.map((line) => `#${step.number} ${line}\n`).join(''));
  }

  /** What moves is reported as it ends, and every few seconds before. */
  #transferLine(transfer: Transfer, timeMs: number): string[] {
    const told = this.#transferTold.get(transfer) ?? transfer.startedAtMs;
    if (told === Number.POSITIVE_INFINITY) return [];
    const complete = isComplete(transfer);
    if (!complete && timeMs - told < transferEveryMs) {
      this.#transferTold.set(transfer, told);
      return [];
    }
    this.#transferTold.set(transfer, complete ? Number.POSITIVE_INFINITY : timeMs);
    return [`${harmlessText(transferText(transfer))} ${formatSeconds(timeMs - transfer.startedAtMs)}${complete ? ' done' : ''}`];
  }

  #openTransfers(step: Step): string[] {
    return [...step.transfers.values()]
      .filter((transfer) => this.#transferTold.get(transfer) !== Number.POSITIVE_INFINITY)
      .map((transfer) => `${harmlessText(transferText(transfer))} ${formatSeconds(step.endedAtMs - transfer.startedAtMs)} done`);
  }
}
