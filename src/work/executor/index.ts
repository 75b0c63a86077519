export type { Executor, StepOutcome } from './executor.ts';
export { OciExecutor, type OciExecutorOptions } from './oci-executor.ts';
export { openRuntime, type OciRuntime, type RuntimeOptions } from './runtime.ts';
export { preparePrivateMounts } from './private-mounts.ts';
export { readHostFacts } from './host-facts.ts';
export type { HostFacts } from './spec.ts';
