export { BuildError, BuildErrors, type ErrorFamily, type SourceLocation } from './core/errors.ts';
export { build, doctor, diskUsage, listImages, prune } from './surface/engine/index.ts';
export type * from './surface/engine/index.ts';
export type { Build, BuildEvent, BuildResult, ImageResult } from './surface/progress/index.ts';
