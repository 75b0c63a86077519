import { setTimeout } from 'node:timers/promises';

/**
 * Does it again, up to five times in all, until it succeeds; fails with the last error. Suites that start at once have a registry each over one folder, and the upload of a blob
 * that the other one is just moving there fails; a moment later the blob is there.
 */
export async function retry(action: () => Promise<unknown>, pauseMs = 1000): Promise<void> {
  for (let left = 4; ; left--) {
    try {
      await action();
      return;
    } catch (error) {
      if (left === 0) throw error;
      // Not the same pause for both.
      await setTimeout(pauseMs * (1 + Math.random()));
    }
  }
}
