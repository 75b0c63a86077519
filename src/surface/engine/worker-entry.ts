import { fileURLToPath } from 'node:url';

/** The program of the worker process: a source file in development, a bundle where this module is part of one. */
export function workerEntry(): string {
  return fileURLToPath(import.meta.url.endsWith('.ts') ? new URL('../../work/worker/main.ts', import.meta.url) : new URL('./worker.cjs', import.meta.url));
}
