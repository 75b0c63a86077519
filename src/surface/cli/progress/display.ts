import type { BuildEvent } from '../../progress/index.ts';
import type { StepBoard } from './step-board.ts';

/** How a build is shown while it runs. */
export interface Display {
  readonly board: StepBoard;
  handle(event: BuildEvent): void;
  /** The user asked to stop, and the build is cleaning up. */
  stopping(): void;
  /** Shows the rest and leaves the terminal as it was. */
  close(outcome: 'done' | 'failed' | 'canceled'): void;
}

export type ProgressMode = 'auto' | 'none' | 'plain' | 'quiet' | 'rawjson' | 'tty';

/** Calls back after a while; gives the function that stops it. */
export type StartTimer = (everyMs: number, tick: () => void) => () => void;
