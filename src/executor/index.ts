export { ExecutorError, type ExecutorErrorCode } from './error.ts';
export type { OnOutput, StepExit, StepMount, StepRequest } from './request.ts';
export { CdiDevices } from './cdi-devices.ts';
export type { ContainerEdits } from './cdi-spec.ts';
export { Executor, type ExecutorOptions, type StepOutcome } from './executor.ts';
export { openRuntime, type OciRuntime, type RuntimeOptions } from './runtime.ts';
export { readHostFacts } from './host-facts.ts';
export { preparePrivateMounts } from './private-mounts.ts';
export type { HostFacts } from './spec.ts';
