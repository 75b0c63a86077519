export type { StepEvent, LayersResult, Result, Pause, OpRunners, CacheRecord, CacheStore, StepContext, LocalResult, UsageHints } from './ports.ts';
export { solve, type SolveEvent, type SolveOptions } from './solve.ts';
export { usageOf } from './usage.ts';
