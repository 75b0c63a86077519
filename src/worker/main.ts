/** The program of the worker process and of its threads. Its argument is WorkerOptions as JSON. */
import { isMainThread } from 'node:worker_threads';
import type { WorkerOptions } from './protocol.ts';
import { serveProcess, serveThread } from './server.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;
if (isMainThread) void serveProcess(options);
else serveThread(options);
