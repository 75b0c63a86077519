export type { ArchiveMethods, FolderMethods, Greeting, OutputEvent, RunRequest, RunResult, WorkerFacts, WorkerMethods, WorkerOptions } from './methods.ts';
export type { OnOutput, OutputLimits, StepExit, StepMount, StepOutputOptions, StepRequest } from './step.ts';
export { startWorker, type StartOptions, WorkerClient } from './worker-client.ts';
export { ArchiveThreads, type ArchiveThreadsOptions } from './archive-threads.ts';
export { ThreadPool } from './thread-pool.ts';
export { packEntries, unpackEntries } from './packed-entries.ts';
export { Callee, type CallContext, Caller, type Message, type Method, type MethodMap, type Served } from './calls.ts';
export { fromWireError, toWireError, WorkerError, type WorkerErrorCode } from './wire-error.ts';
export { ExecutorError, executorError, type ExecutorErrorCode, unmappedError } from './executor-error.ts';
