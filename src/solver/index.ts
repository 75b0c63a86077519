export type { CacheRecord, CacheStore, LayersResult, LocalResult, OpRunners, Pause, Result, StepContext, StepEvent, UsageHints } from './ports.ts';
export { usageOf } from './usage.ts';
export { solve, type SolveOptions, type SolveEvent } from './solve.ts';
