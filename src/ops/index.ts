export { OpsError, type OpsErrorCode } from './error.ts';
export { createRunners, type RunnerPorts } from './runners.ts';
export type { RunPorts } from './run.ts';
export { ContextTree, type ContextTreeOptions, type IgnoreRules } from './context-tree.ts';
export { digestMemoryFile } from './digest-memory.ts';
export { openTarContext } from './context-tar.ts';
export type { ArchiveOptions } from './archive.ts';
export { planCopy, type CopyPorts } from './copy.ts';
export { planMkdir, type MkdirPorts } from './mkdir.ts';
