export { BuildError, BuildErrors, type ErrorFamily, type SourceLocation } from './errors.ts';
export { build, doctor, diskUsage, listImages, prune } from './build/index.ts';
export type * from './build/index.ts';
