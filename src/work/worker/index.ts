export type { ContainerEdits, StepMount, OutputLimits, LayerForms, LayerRecord, WriteLayerRequest, RunRequest, RunResult, WorkerFacts } from './protocol.ts';
export { WorkerClient, startWorker, type StartOptions } from './client.ts';
export { LayerThreads, type LayerThreadsOptions } from './layer-threads.ts';
export { WorkerError, type WorkerErrorCode } from './error.ts';
