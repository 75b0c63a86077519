import { harmlessText } from './harmless-text.ts';
import type { StyledLine } from './live-region.ts';
import { formatSeconds } from './quantity.ts';
import type { Step, StepBoard } from './step-board.ts';
import { textWidth, truncateText } from './text-width.ts';
import { summarizeTransfers } from './transfer-text.ts';

export interface FrameOptions {
  readonly nowMs: number;
  readonly columns: number;
  /** Rows that the frame may take; absent for the last frame, which shows every step. */
  readonly rows?: number;
  /** Stands after the counts in the first line. */
  readonly note?: string;
}

const logLinesPerStep = 6;

/**
 * The picture of a build: `[+] Building 2.3s (7/9)`, a line for each step in the order in which they began, and under running ones what moves and their last
 * output. Where the rows do not suffice, the oldest steps that ended become one line.
 */
export function stepLines(board: StepBoard, options: FrameOptions): StyledLine[] {
  const { nowMs, columns, rows } = options;
  const width = Math.max(10, columns - 1);
  const elapsed = formatSeconds(nowMs - (board.firstTimeMs ?? nowMs));
  const note = options.note === undefined ? '' : ` ${options.note}`;
  const lines: StyledLine[] = [{ text: truncateText(`[+] Building ${elapsed} (${board.finished}/${board.total})${note}`, width) }];
  if (rows === undefined) return [...lines, ...board.begun.map((step) => stepLine(step, nowMs, width))];

  const budget = Math.max(3, rows - 2);
  const running = board.begun.filter((step) => step.state === 'running');
  const ended = board.begun.filter((step) => step.state !== 'running');
  const shownRunning = running.length > budget ? running.slice(0, budget - 1) : running;
  let left = budget - shownRunning.length - (shownRunning.length < running.length ? 1 : 0);

  const details = new Map<Step, StyledLine[]>();
  for (const step of shownRunning) {
    const moving = summarizeTransfers(step.transfers.values()).slice(0, Math.min(2, left));
    left -= moving.length;
    details.set(
      step,
      moving.map((text) => ({ text: truncateText(` => => ${harmlessText(text)}`, width) })),
    );
  }
  // Ended steps keep three lines; output may fill the rest of the screen
  const forOutput = Math.max(0, left - Math.min(ended.length, 3));
  const perStep = Math.min(logLinesPerStep, Math.floor(forOutput / Math.max(1, shownRunning.length)));
  for (const step of shownRunning) {
    const tail = perStep === 0 ? [] : step.log.tail(perStep);
    left -= tail.length;
    details.get(step)?.push(...tail.map(({ text }) => ({ text: truncateText(` => => # ${harmlessText(text)}`, width), style: 'dim' as const })));
  }
  const shownEnded = ended.length <= left ? ended : ended.slice(ended.length - Math.max(0, left - 1));
  const hidden = ended.length - shownEnded.length;
  if (hidden > 0 && left > 0) lines.push({ text: truncateText(` => ${hidden} more ${hidden === 1 ? 'step' : 'steps'} done`, width), style: 'done' });
  const shown = [...shownEnded, ...shownRunning].sort((a, b) => a.number - b.number);
  for (const step of shown) lines.push(stepLine(step, nowMs, width), ...(details.get(step) ?? []));
  const notShown = running.length - shownRunning.length;
  if (notShown > 0) lines.push({ text: truncateText(` => ${notShown} more steps running`, width) });
  return lines;
}

function stepLine(step: Step, nowMs: number, width: number): StyledLine {
  const prefix = { waiting: '', running: '', done: '', cached: 'CACHED ', failed: 'ERROR ', canceled: 'CANCELED ' }[step.state];
  const time = formatSeconds((step.state === 'running' ? nowMs : step.endedAtMs) - step.startedAtMs);
  const room = width - time.length - 2;
  const name = truncateText(` => ${prefix}${harmlessText(step.name)}`, room);
  const style =
    step.state === 'running' || step.state === 'waiting' ? undefined : step.state === 'failed' ? 'error' : step.state === 'canceled' ? 'warning' : 'done';
  return { text: `${name}${' '.repeat(Math.max(0, room - textWidth(name)))}  ${time}`, style };
}
