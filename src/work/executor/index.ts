export { ExecutorError, executorError, type ExecutorErrorCode } from './error.ts';
export type { OnOutput, StepExit, StepRequest, StepMount } from './request.ts';
export type { OutputLimits } from './output-limit.ts';
export { Executor, type ExecutorOptions, type StepOutcome } from './executor.ts';
export { openRuntime, type OciRuntime, type RuntimeOptions } from './runtime.ts';
export { preparePrivateMounts } from './private-mounts.ts';
export { readHostFacts } from './host-facts.ts';
export type { HostFacts } from './spec.ts';
