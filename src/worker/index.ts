export { startWorker, type StartOptions, WorkerClient } from './client.ts';
export { WorkerError, type WorkerErrorCode } from './error.ts';
export type { ContainerEdits, LayerForms, LayerRecord, OutputLimits, RunRequest, RunResult, StepMount, WorkerFacts, WriteLayerRequest } from './protocol.ts';
export { LayerThreads, type LayerThreadsOptions } from './layer-threads.ts';
