/** The program of the worker process and of its threads. Its argument is WorkerOptions as JSON. */
import { isMainThread } from 'node:worker_threads';
import type { WorkerOptions } from '../protocol/index.ts';
import { serveProcess, serveThread } from './server.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;
// Node would print the line of the source as well, which in the bundle has thousands of characters.
if (isMainThread) {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? String(error)}\n`);
    process.exit(1);
  });
}
if (isMainThread) void serveProcess(options);
else serveThread(options);
