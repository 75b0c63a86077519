import type { BuildEvent } from '../../progress/index.ts';
import type { Display } from './display.ts';
import { StepBoard } from './step-board.ts';

/** Shows nothing. The board still knows what a failed step wrote. */
export class QuietDisplay implements Display {
  readonly board = new StepBoard();

  handle(event: BuildEvent): void {
    this.board.apply(event);
  }

  stopping(): void {}

  close(): void {}
}
