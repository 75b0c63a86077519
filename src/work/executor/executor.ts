import type { OnOutput, StepExit, StepRequest } from '../protocol/index.ts';

/** Who runs a step. What the host allows decides which implementation there is. */
export interface Executor {
  /**
   * Runs a step. `folder` is a fresh folder on the store's filesystem that gets the changes; the caller removes it. However the step ends, all its mounts and
   * processes are gone when this settles. Errors: EXEC_RUNTIME, EXEC_USER, EXEC_MOUNT, EXEC_ID_UNMAPPED, DEVICE_MISSING, SYSCALL_FAILED; the signal's reason.
   */
  run(request: StepRequest, folder: string, onOutput: OnOutput, signal: AbortSignal): Promise<StepOutcome>;
}

/** What a step left. */
export interface StepOutcome {
  readonly exit: StepExit;
  /** The overlay's upper folder, no longer mounted. */
  readonly upper: string;
  /** Paths, in TreeNode.path form, that were made only to mount something over them; they are removed from `upper` where they are still empty. */
  readonly mountPoints: readonly string[];
}
